import type { ShownMessage } from '@roomful/client'
import { memo, type ReactElement } from 'react'
import { linkify } from '../text/linkify'
import { shownText } from '../text/shown-text'
import { fullTime } from '../text/time'

/** Only text, as it was sent, byte for byte, except that links are clickable. */
export const MessageContent = memo(function MessageContent({
  message,
}: {
  message: ShownMessage
}): ReactElement {
  if (message.deleted) return <p className="content deleted">message deleted</p>
  return (
    <>
      <p className="content" dir="auto" data-testid="content">
        {linkify(shownText(message)).map(({ text, href }, i) =>
          href === undefined ? (
            text
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have no other name and never move
            <a key={i} href={href} target="_blank" rel="noopener noreferrer nofollow">
              {text}
            </a>
          ),
        )}
      </p>
      {message.editedAt !== null && (
        <span className="edited" title={fullTime(message.editedAt)}>
          edited
        </span>
      )}
    </>
  )
})
