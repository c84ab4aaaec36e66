import type { ShownMessage } from '@roomful/client'
import { useMessages } from '@roomful/react'
import { memo, type ReactElement } from 'react'
import { Icon, type IconName } from '../ui/icon'

/** The end of the room: what fits, and a little more. */
const SHOWN = 30

export function SideLog({ myId, label }: { myId: string; label: string }): ReactElement {
  const messages = useMessages()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reached by keys
    <div className="chaos-log" role="log" aria-live="off" aria-label={label} tabIndex={0}>
      <ol>
        {messages.slice(-SHOWN).map((message) => (
          <Row key={message.key} message={message} isOwn={message.senderId === myId} />
        ))}
      </ol>
    </div>
  )
}

const TICKS: Readonly<Record<ShownMessage['status'], { icon: IconName; label: string }>> = {
  queued: { icon: 'clock', label: 'waits on this device' },
  sending: { icon: 'clock', label: 'on its way' },
  sent: { icon: 'check', label: 'on the server' },
  failed: { icon: 'alert', label: 'failed' },
}

const Row = memo(({ message, isOwn }: { message: ShownMessage; isOwn: boolean }): ReactElement => {
  const { status, seq, content, type, senderName, reactions } = message
  const { icon, label } = TICKS[status]
  if (type === 'system')
    return (
      <li className="chaos-row" data-kind="system">
        {content}
      </li>
    )
  return (
    <li className="chaos-row" data-own={isOwn} data-status={status} data-seq={seq}>
      <span className="chaos-seq">{seq || '·'}</span>
      <span className="chaos-who">{senderName}</span>
      <span className="chaos-text">{content}</span>
      {reactions.length > 0 && <span className="chaos-reaction">{reactions[0]?.emoji}</span>}
      {isOwn && <Icon name={icon} label={label} />}
    </li>
  )
})
