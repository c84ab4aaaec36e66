import type { Message } from '@roomful/admin'
import type { ReactElement } from 'react'
import { linkTo } from '../app/route'
import { time } from '../text/text'
import { Name } from '../ui/names'

type Props = { readonly message: Message; readonly isReported?: boolean }

/** A message as it is kept. Files and links are text here: an operator's page loads nothing that users wrote. */
export function MessageRow({ message, isReported = false }: Props): ReactElement {
  const { senderId, senderName, type, content, createdAt, editedAt, deleted, seq } = message
  const isServer = type === 'system'
  return (
    <li className={isReported ? 'message reported' : 'message'}>
      <p className="message-head">
        {isServer ? (
          <span className="muted">System</span>
        ) : (
          <a href={linkTo(['users', senderId])}>
            <Name>{senderName}</Name>
          </a>
        )}
        <time className="muted small" dateTime={createdAt}>
          {time(createdAt)}
        </time>
        <span className="muted small">#{seq}</span>
        {type !== 'text' && !isServer && <span className="badge">{type}</span>}
        {editedAt !== null && <span className="badge">edited</span>}
        {isReported && <span className="badge strong">reported</span>}
      </p>
      {deleted ? (
        <p className="muted">Deleted</p>
      ) : (
        <p className="message-text" dir="auto">
          {content}
        </p>
      )}
    </li>
  )
}
