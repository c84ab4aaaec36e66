import { useChatSelector, useRoom, useRoomSelector } from '@roomful/react'
import { useAttachments } from '@roomful/react/files'
import {
  type ClipboardEvent,
  type FormEvent,
  type KeyboardEvent,
  type ReactElement,
  useEffect,
  useRef,
  useState,
} from 'react'
import { useSecondsUntil } from '../app/use-seconds-until'
import { errorText } from '../text/error-text'
import { lasting } from '../text/time'
import { Icon } from '../ui/icon'
import { AttachButton } from './attach-button'
import { AttachedFiles } from './attached-files'
import { useRoomComposer } from './composer-context'
import { ComposerContextLine } from './composer-context-line'
import { LengthLeft } from './length-left'
import { firstSeen, mutedUntil, slowUntil, whyReadOnly } from './read-only'
import { useDroppedFiles } from './use-dropped-files'

/** The field grows with its text up to here, in browsers that cannot do that themselves. */
const MAX_ROWS = 8

export function Composer(): ReactElement {
  const room = useRoom()
  const composer = useRoomComposer()
  const readOnly = useRoomSelector(whyReadOnly)
  const myId = useChatSelector((state) => state.user?.id)
  const muted = useSecondsUntil(useRoomSelector((state) => mutedUntil(state, myId)))
  const [seenAt] = useState(() => firstSeen())
  const slow = useSecondsUntil(useRoomSelector((state) => slowUntil(state, myId, seenAt)))
  const field = useRef<HTMLTextAreaElement>(null)
  const { text, editing, replyTo, error } = composer
  const attachments = useAttachments()
  const hasFiles = attachments.files.length > 0 && !editing
  const canSubmit = composer.canSubmit || hasFiles
  const form = useRef<HTMLFormElement>(null)
  const isOver = useDroppedFiles(form, attachments.add)

  // On entering a room, an edit or a reply the field gets the focus. On a touch screen a keyboard would jump up.
  const subject = `${room.id} ${editing?.key} ${replyTo?.key}`
  useEffect(() => {
    if (subject && (matchMedia('(hover: hover)').matches || editing || replyTo)) field.current?.focus()
    // A keyboard at such a screen begins at the messages, not at the page.
    else if (document.activeElement === document.body)
      document.querySelector<HTMLElement>('[role=log]')?.focus({ preventScroll: true })
  }, [subject, editing, replyTo])

  // An edit is no new message.
  const waits = slow > 0 && !editing
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (waits) return
    if (hasFiles) {
      attachments.send(text, replyTo?.id)
      composer.setText('')
      composer.cancel()
    } else composer.submit()
    field.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // While an input method composes, Enter chooses a word.
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter' && !event.shiftKey) submit(event)
    else if (event.key === 'Escape' && (editing || replyTo)) composer.cancel()
    else if (event.key === 'ArrowUp' && text === '' && composer.editLast()) event.preventDefault()
  }

  const onPaste = ({ clipboardData }: ClipboardEvent) => attachments.add(clipboardData.files)

  if (readOnly !== null) return <p className="composer-closed muted">{readOnly}</p>
  if (muted > 0)
    return (
      <p className="composer-closed muted" role="status">
        You are muted in this room. <span aria-hidden="true">You can write again in {lasting(muted)}.</span>
      </p>
    )
  return (
    <form
      ref={form}
      className={`composer ${isOver ? 'is-over' : ''}`}
      aria-label="Write a message"
      onSubmit={submit}
    >
      <AttachedFiles {...attachments} />
      <ComposerContextLine />
      {error && (
        <p className="error-text" role="alert">
          {errorText(error)}
        </p>
      )}
      <div className="composer-field">
        <AttachButton onFiles={attachments.add} />
        <textarea
          ref={field}
          aria-label="Message"
          placeholder={editing ? 'Edit the message' : 'Write a message'}
          rows={Math.min(MAX_ROWS, text.split('\n').length)}
          dir="auto"
          value={text}
          onChange={(event) => composer.setText(event.target.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
        <LengthLeft text={text} />
        <button
          type="submit"
          className="send"
          disabled={!canSubmit || waits}
          aria-label={editing ? 'Save' : 'Send'}
        >
          <Icon name={editing ? 'check' : 'send'} />
        </button>
      </div>
      {waits && (
        <p className="composer-note muted">Slow mode: you can send the next message in {lasting(slow)}.</p>
      )}
    </form>
  )
}
