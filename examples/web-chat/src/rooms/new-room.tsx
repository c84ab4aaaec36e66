import type { ChatError } from '@roomful/client'
import { useChat } from '@roomful/react'
import { type FormEvent, type ReactElement, useState } from 'react'
import { goToRoom } from '../app/route'
import { errorText } from '../text/error-text'
import { Dialog } from '../ui/dialog'

const TYPES = [
  { type: 'public', name: 'Public', text: 'Anyone may find it and join' },
  { type: 'private', name: 'Private', text: 'By invitation only' },
] as const
/** The server's limit (`LIMITS.roomNameLength`). */
const NAME_LENGTH = 100

export function NewRoom({ onClose }: { onClose: () => void }): ReactElement {
  const chat = useChat()
  const [name, setName] = useState('')
  const [type, setType] = useState<(typeof TYPES)[number]['type']>('public')
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  const submit = (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setError(null)
    chat
      .createRoom({ name: name.trim(), type })
      .then(
        (room) => {
          goToRoom(room.id)
          onClose()
        },
        (reason: ChatError) => setError(errorText(reason)),
      )
      .finally(() => setBusy(false))
  }

  return (
    <Dialog title="New room" onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <label className="field">
          <span>Room name</span>
          <input
            required
            maxLength={NAME_LENGTH}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <fieldset className="choices">
          <legend>Who may come in</legend>
          {TYPES.map((choice) => (
            <label key={choice.type} className="choice">
              <input
                type="radio"
                name="type"
                checked={type === choice.type}
                onChange={() => setType(choice.type)}
              />
              <span>
                {choice.name} <span className="muted">{choice.text}</span>
              </span>
            </label>
          ))}
        </fieldset>
        {error && (
          <p className="error-text" role="alert">
            {error}
          </p>
        )}
        <button type="submit" className="button primary" disabled={busy || name.trim() === ''}>
          Create room
        </button>
      </form>
    </Dialog>
  )
}
