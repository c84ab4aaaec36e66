import type { ShownMessage } from '@roomful/client'
import { memo, type ReactElement, useState } from 'react'
import { tintOf } from '../text/person'
import { clockTime, fullTime } from '../text/time'
import { Avatar } from '../ui/avatar'
import { Icon } from '../ui/icon'
import { MessageActions } from './message-actions'
import { MessageContent } from './message-content'
import { MessageFailure } from './message-failure'
import { MessageStatus } from './message-status'
import { Quote } from './quote'
import { Reactions } from './reactions'
import { useMessageKeys } from './use-message-keys'

type Props = {
  message: ShownMessage
  /** The message it replies to, if that is loaded. */
  quoted: ShownMessage | undefined
  isOwn: boolean
  isRead: boolean
  startsGroup: boolean
  position: number
}

/** Renders again only when something of this message changes. */
export const MessageRow = memo(function MessageRow(props: Props): ReactElement {
  const { message, isOwn, startsGroup, position } = props
  // Buttons on all rows would be most of the page: they exist while the row is hovered or has the focus.
  const [isActive, setIsActive] = useState(false)
  const onKeyDown = useMessageKeys(message, isOwn)
  const isSystem = message.type === 'system'
  return (
    <article
      className={`row ${isOwn ? 'own' : 'other'} ${startsGroup ? 'starts-group' : ''} ${isSystem ? 'system' : ''}`}
      data-key={message.key}
      data-status={message.status}
      data-seq={message.seq}
      data-own={isOwn}
      aria-setsize={-1}
      aria-posinset={position}
      aria-label={describe(message)}
      // Arrow keys move the focus here, for the message's own keys.
      tabIndex={-1}
      onPointerEnter={() => setIsActive(true)}
      onPointerLeave={() => setIsActive(false)}
      onFocus={() => setIsActive(true)}
      onBlur={(event) => event.currentTarget.contains(event.relatedTarget) || setIsActive(false)}
      onKeyDown={onKeyDown}
    >
      {isSystem ? <MessageContent message={message} /> : <Bubble {...props} />}
      {isActive && !isSystem && !message.deleted && <MessageActions message={message} isOwn={isOwn} />}
    </article>
  )
})

function Bubble({ message, quoted, isOwn, isRead, startsGroup }: Props): ReactElement {
  return (
    <>
      {!isOwn && startsGroup && <Avatar id={message.senderId} name={message.senderName} />}
      <div className="bubble-column">
        {startsGroup && (
          <p className="byline">
            {!isOwn && <bdi className={`sender clip ${tintOf(message.senderId)}`}>{message.senderName}</bdi>}
            <time className="time" dateTime={message.createdAt} title={fullTime(message.createdAt)}>
              {clockTime(message.createdAt)}
            </time>
          </p>
        )}
        <div className="bubble">
          {message.replyTo !== null && !message.deleted && <Quote quoted={quoted} />}
          <MessageContent message={message} />
          {message.pinned && (
            <span className="pin-mark">
              <Icon name="pin" label="Pinned" />
            </span>
          )}
          {isOwn && !message.deleted && <MessageStatus message={message} isRead={isRead} />}
        </div>
        <Reactions message={message} />
        <MessageFailure message={message} />
      </div>
    </>
  )
}

function describe({ type, senderName, createdAt }: ShownMessage): string {
  return type === 'system' ? clockTime(createdAt) : `${senderName}, ${clockTime(createdAt)}`
}
