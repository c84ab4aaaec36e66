import type { ShownMessage } from '@roomful/client'
import { useRoom } from '@roomful/react'
import type { ReactElement, ReactNode } from 'react'
import { useComposerCommands } from '../composer/composer-context'
import { errorText } from '../text/error-text'
import { fileErrorText } from '../text/file-text'
import { useRemove } from './going'

/** Why it was not sent, with what to do; on a sent message: why its last change was refused. */
export function MessageFailure({ message }: { message: ShownMessage }): ReactElement | null {
  const room = useRoom()
  const remove = useRemove()
  const { takeBack } = useComposerCommands()
  const { id, error, status } = message
  const text = error ? (message.upload ? fileErrorText(error) : errorText(error)) : ''
  if (status !== 'failed') return error ? <FailureLine text={`Not changed. ${text}`} /> : null
  return (
    <FailureLine text={`Not sent. ${text}`}>
      <button type="button" className="link-button" onClick={() => room.retry(id)}>
        Retry
      </button>
      {message.content !== '' && !message.upload && (
        <button type="button" className="link-button" onClick={() => takeBack(message)}>
          Edit
        </button>
      )}
      <button type="button" className="link-button" onClick={() => remove(message)}>
        Discard
      </button>
    </FailureLine>
  )
}

function FailureLine({ text, children }: { text: string; children?: ReactNode }): ReactElement {
  return (
    <div className="failure">
      <span role="alert">{text}</span>
      {children}
    </div>
  )
}
