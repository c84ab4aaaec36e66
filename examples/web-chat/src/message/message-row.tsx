import type { ShownMessage } from '@roomful/client'
import { memo, type ReactElement, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { tintOf } from '../text/person'
import { clockTime, fullTime, shortTime } from '../text/time'
import { Avatar } from '../ui/avatar'
import { Icon } from '../ui/icon'
import { later } from '../ui/later'
import { useIsGoing } from './going'
import { MessageActions } from './message-actions'
import { MessageContent } from './message-content'
import { MessageFailure } from './message-failure'
import { MessageStatus } from './message-status'
import { Quote } from './quote'
import { ReactionPicker } from './reaction-picker'
import { Reactions } from './reactions'
import { useLongPress } from './use-long-press'
import { useMessageKeys } from './use-message-keys'

const ReportDialog = later(() => import('../moderation/report-dialog').then((part) => part.ReportDialog))

type Props = {
  message: ShownMessage
  /** The message it replies to, if that is loaded. */
  quoted: ShownMessage | undefined
  isOwn: boolean
  /** How many of the others have read it, and how many others there are. */
  readBy: number
  others: number
  startsGroup: boolean
  position: number
  /** It was jumped to. */
  isHighlighted: boolean
}

/** Renders again only when something of this message changes. */
export const MessageRow = memo(function MessageRow(props: Props): ReactElement {
  const { message, isOwn, position } = props
  // Buttons on all rows would be most of the page: they exist while the row is hovered or has the focus.
  const [isActive, setIsActive] = useState(false)
  const [opened, setOpened] = useState<'nothing' | 'picker' | 'report'>('nothing')
  const row = useRef<HTMLElement>(null)
  const isGoing = useIsGoing(message.key)
  const onKeyDown = useMessageKeys(message, { isOwn, onPick: () => setOpened('picker') })
  const longPress = useLongPress(() => row.current?.focus({ preventScroll: true }))
  const isSystem = message.type === 'system'
  return (
    <article
      ref={row}
      className={rowClass(props)}
      data-key={message.key}
      data-status={message.status}
      data-seq={message.seq}
      data-own={isOwn}
      aria-setsize={-1}
      aria-posinset={position}
      aria-label={describe(message)}
      // Arrow keys move the focus here, for the message's own keys.
      tabIndex={-1}
      // A finger points at nothing: it rests on a message, or taps it, and the row has the focus.
      onPointerEnter={({ pointerType }) => pointerType !== 'touch' && setIsActive(true)}
      onPointerLeave={({ pointerType }) => pointerType !== 'touch' && setIsActive(false)}
      {...longPress}
      onFocus={() => setIsActive(true)}
      onBlur={({ currentTarget: self, relatedTarget }) => {
        // A window that is left keeps its active element. Over a dialog nothing else can be used; in an older browser a
        // click on its text leaves nothing active.
        if (self.contains(relatedTarget ?? document.activeElement) || self.querySelector('dialog')) return
        setIsActive(false)
        setOpened('nothing')
      }}
      onKeyDown={onKeyDown}
    >
      {isSystem ? (
        <MessageContent message={message} />
      ) : (
        <Body {...props} message={isGoing ? { ...message, deleted: true } : message} />
      )}
      {opened === 'picker' ? (
        <ReactionPicker
          message={message}
          onDone={() => {
            // First away: what had the focus goes with it, and a dialog gives it back to a button that is gone.
            flushSync(() => setOpened('nothing'))
            row.current?.focus({ preventScroll: true })
          }}
        />
      ) : (
        isActive &&
        !isSystem &&
        !isGoing &&
        !message.deleted && (
          <MessageActions
            message={message}
            isOwn={isOwn}
            onPick={() => setOpened('picker')}
            // The button goes with the message.
            onRemove={() => row.current?.focus({ preventScroll: true })}
            onReport={() => setOpened('report')}
          />
        )
      )}
      {opened === 'report' && <ReportDialog message={message} onClose={() => setOpened('nothing')} />}
    </article>
  )
})

function rowClass({ message, isOwn, startsGroup, isHighlighted }: Props): string {
  return [
    'row',
    isOwn ? 'own' : 'other',
    startsGroup && 'starts-group',
    message.type === 'system' && 'system',
    isHighlighted && 'flash',
  ]
    .filter(Boolean)
    .join(' ')
}

function Body({ message, quoted, isOwn, readBy, others, startsGroup }: Props): ReactElement {
  return (
    <>
      <div className="gutter">
        {startsGroup ? (
          <Avatar id={message.senderId} name={message.senderName} url={message.senderAvatarUrl} />
        ) : (
          <time className="time" dateTime={message.createdAt} aria-hidden="true">
            {shortTime(message.createdAt)}
          </time>
        )}
      </div>
      <div className="body">
        {startsGroup && (
          <p className="byline">
            <bdi className={`sender clip ${tintOf(message.senderId)}`}>{message.senderName}</bdi>
            <time className="time" dateTime={message.createdAt} title={fullTime(message.createdAt)}>
              {clockTime(message.createdAt)}
            </time>
          </p>
        )}
        <div className="bubble">
          {message.replyTo !== null && !message.deleted && <Quote id={message.replyTo} quoted={quoted} />}
          <MessageContent message={message} />
          {message.pinned && (
            <span className="pin-mark">
              <Icon name="pin" label="Pinned" />
            </span>
          )}
          {isOwn && !message.deleted && <MessageStatus message={message} readBy={readBy} others={others} />}
        </div>
        {!message.deleted && <Reactions message={message} />}
        {!message.deleted && <MessageFailure message={message} />}
      </div>
    </>
  )
}

function describe({ type, senderName, createdAt }: ShownMessage): string {
  return type === 'system' ? clockTime(createdAt) : `${senderName}, ${clockTime(createdAt)}`
}
