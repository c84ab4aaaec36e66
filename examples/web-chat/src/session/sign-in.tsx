import { type FormEvent, type ReactElement, useState } from 'react'
import { type Session, signIn } from './session'

/** The server's limit (`LIMITS.userNameLength`). */
const NAME_LENGTH = 100

export function SignIn({
  notice,
  onSignedIn,
}: {
  notice: string | null
  onSignedIn: (session: Session) => void
}): ReactElement {
  const [name, setName] = useState('')
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  const submit = (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setError(null)
    signIn(name.trim())
      .then(onSignedIn, (reason: Error) => setError(reason.message))
      .finally(() => setBusy(false))
  }

  return (
    <main className="sign-in">
      <form className="sign-in-card" onSubmit={submit}>
        <img className="sign-in-logo" src="/icon.svg" alt="" width="48" height="48" />
        <h1>Roomful</h1>
        <p className="muted">Pick a name and start talking. Nothing else is needed.</p>
        {notice && <p className="note">{notice}</p>}
        <label className="field">
          <span>Your name</span>
          <input
            name="name"
            autoComplete="nickname"
            // biome-ignore lint/a11y/noAutofocus: the only field of the page
            autoFocus
            required
            maxLength={NAME_LENGTH}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        {error && (
          <p className="error-text" role="alert">
            {error}
          </p>
        )}
        <button type="submit" className="button primary" disabled={busy || name.trim() === ''}>
          {busy ? 'Joining…' : 'Join'}
        </button>
      </form>
    </main>
  )
}
