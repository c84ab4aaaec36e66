import { type FormEvent, type ReactElement, useCallback, useEffect, useState } from 'react'
import { type Session, signIn } from './session'

/** The server's limit (`LIMITS.userNameLength`). */
const NAME_LENGTH = 100

export function SignIn({
  joinsAs,
  notice,
  onSignedIn,
}: {
  /** Whom the address names: they are asked for nothing. */
  joinsAs: string | null
  notice: string | null
  onSignedIn: (session: Session) => void
}): ReactElement {
  const [name, setName] = useState(joinsAs ?? '')
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  const join = useCallback(
    (as: string) => {
      setBusy(true)
      setError(null)
      signIn(as)
        .then(onSignedIn, (reason: Error) => setError(reason.message))
        .finally(() => setBusy(false))
    },
    [onSignedIn],
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    join(name.trim())
  }
  useEffect(() => {
    if (joinsAs !== null) join(joinsAs)
  }, [joinsAs, join])

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
        <p className="sign-in-more">
          <a href="chaos">Watch it survive a bad network</a>
        </p>
      </form>
    </main>
  )
}
