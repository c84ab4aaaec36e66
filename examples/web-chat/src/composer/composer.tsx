import { useRoom, useRoomSelector } from '@roomful/react'
import { type FormEvent, type KeyboardEvent, type ReactElement, useEffect, useRef } from 'react'
import { errorText } from '../text/error-text'
import { Icon } from '../ui/icon'
import { useRoomComposer } from './composer-context'
import { ComposerContextLine } from './composer-context-line'
import { LengthLeft } from './length-left'
import { whyReadOnly } from './read-only'

/** The field grows with its text up to here, in browsers that cannot do that themselves. */
const MAX_ROWS = 8

export function Composer(): ReactElement {
  const room = useRoom()
  const composer = useRoomComposer()
  const readOnly = useRoomSelector(whyReadOnly)
  const field = useRef<HTMLTextAreaElement>(null)
  const { text, editing, replyTo, error, canSubmit } = composer

  // On entering a room, an edit or a reply the field gets the focus. On a touch screen a keyboard would jump up.
  const subject = `${room.id} ${editing?.key} ${replyTo?.key}`
  useEffect(() => {
    if (subject && (matchMedia('(hover: hover)').matches || editing || replyTo)) field.current?.focus()
  }, [subject, editing, replyTo])

  const submit = (event: FormEvent) => {
    event.preventDefault()
    composer.submit()
    field.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // While an input method composes, Enter chooses a word.
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter' && !event.shiftKey) submit(event)
    else if (event.key === 'Escape' && (editing || replyTo)) composer.cancel()
    else if (event.key === 'ArrowUp' && text === '' && composer.editLast()) event.preventDefault()
  }

  if (readOnly !== null) return <p className="composer-closed muted">{readOnly}</p>
  return (
    <form className="composer" onSubmit={submit}>
      <ComposerContextLine />
      {error && (
        <p className="error-text" role="alert">
          {errorText(error)}
        </p>
      )}
      <div className="composer-field">
        <textarea
          ref={field}
          aria-label="Message"
          placeholder={editing ? 'Edit the message' : 'Write a message'}
          rows={Math.min(MAX_ROWS, text.split('\n').length)}
          dir="auto"
          value={text}
          onChange={(event) => composer.setText(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <LengthLeft text={text} />
        <button type="submit" className="send" disabled={!canSubmit} aria-label={editing ? 'Save' : 'Send'}>
          <Icon name={editing ? 'check' : 'send'} />
        </button>
      </div>
    </form>
  )
}
