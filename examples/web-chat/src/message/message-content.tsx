import { isGrowing, type ShownMessage } from '@roomful/client'
import { type ComponentType, lazy, memo, type ReactElement, Suspense } from 'react'
import { MessageFile } from '../file/message-file'
import { linked } from '../markdown/linked'
import { hasMarkup } from '../markdown/markup'
import { usePreferences } from '../preferences/preferences'
import { isOnlyEmoji } from '../text/only-emoji'
import { shownText } from '../text/shown-text'
import { fullTime } from '../text/time'
import { StreamState } from './stream-state'

type TextProps = { content: string }
const AsTyped = ({ content }: TextProps): ReactElement => <p className="content">{linked(content)}</p>
/** Loaded with the first message that has markup. Where it cannot be had, a message is shown as it was typed. */
const Markdown = lazy<ComponentType<TextProps>>(() =>
  import('../markdown/markdown').then(
    (part) => ({ default: part.Markdown }),
    () => ({ default: AsTyped }),
  ),
)

export const MessageContent = memo(function MessageContent({
  message,
}: {
  message: ShownMessage
}): ReactElement {
  if (message.deleted) return <p className="content deleted">message deleted</p>
  // A file is its own text, where it is one of this server.
  const text = typeof message.metadata?.fileId === 'string' ? message.content : shownText(message)
  return (
    <>
      <MessageFile message={message} />
      <div
        className={isGrowing(message) ? 'text growing' : 'text'}
        dir="auto"
        data-testid="content"
        aria-busy={isGrowing(message)}
        hidden={text === '' && !isGrowing(message)}
      >
        <Text content={text} isSystem={message.type === 'system'} />
      </div>
      {message.stream && <StreamState message={message} />}
      {message.editedAt !== null && (
        <span className="edited" title={fullTime(message.editedAt)}>
          edited
        </span>
      )}
    </>
  )
})

/** As typed it is the message byte for byte, except that addresses can be clicked. */
function Text({ content, isSystem }: { content: string; isSystem: boolean }): ReactElement {
  const { text } = usePreferences()
  const typed = <AsTyped content={content} />
  if (isSystem || text === 'plain') return typed
  if (isOnlyEmoji(content)) return <p className="content large">{content}</p>
  if (!hasMarkup(content)) return typed
  return (
    <Suspense fallback={typed}>
      <Markdown content={content} />
    </Suspense>
  )
}
