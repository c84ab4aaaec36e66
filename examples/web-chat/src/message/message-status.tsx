import type { ShownMessage } from '@roomful/client'
import { type ReactElement, useState } from 'react'
import { Icon } from '../ui/icon'
import { later } from '../ui/later'

const ReadersDialog = later(() => import('./readers-dialog').then((part) => part.ReadersDialog))

type Props = { message: ShownMessage; readBy: number; others: number }

/** The tick on the user's own message; pointed at, it says where the message is. Of several readers it opens the list. */
export function MessageStatus(props: Props): ReactElement {
  const { readBy, others } = props
  const { icon, text } = whereIs(props)
  const [isOpen, setIsOpen] = useState(false)
  const className = `tick ${readBy > 0 && readBy >= others ? 'is-read' : ''}`
  if (icon !== 'read' || others <= 1)
    return (
      <span className={className} title={text}>
        <Icon name={icon} label={text} />
      </span>
    )
  return (
    <>
      <button
        type="button"
        className={className}
        title={text}
        aria-label={text}
        aria-haspopup="dialog"
        onClick={() => setIsOpen(true)}
      >
        <Icon name={icon} />
      </button>
      {isOpen && <ReadersDialog {...props} onClose={() => setIsOpen(false)} />}
    </>
  )
}

function whereIs({ message: { status, changing }, readBy, others }: Props): {
  icon: 'clock' | 'alert' | 'check' | 'read'
  text: string
} {
  switch (status) {
    case 'queued':
      return { icon: 'clock', text: 'On this device: it waits for the connection' }
    case 'sending':
      return { icon: 'clock', text: 'Sending' }
    case 'failed':
      return { icon: 'alert', text: 'Not sent' }
    case 'sent':
      if (changing) return { icon: 'clock', text: 'Saving' }
      if (readBy === 0) return { icon: 'check', text: 'Sent: the server has it' }
      if (others <= 1) return { icon: 'read', text: 'Read' }
      return { icon: 'read', text: readBy >= others ? 'Read by all' : `Read by ${readBy} of ${others}` }
  }
}
