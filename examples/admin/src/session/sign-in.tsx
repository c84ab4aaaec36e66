import type { AdminError } from '@roomful/admin'
import { type FormEvent, type ReactElement, useId, useState } from 'react'
import { apiOf, asFailure } from '../api/api'
import { FailureNote } from '../ui/failure-note'

/** Checks the key by a request that each may make or is refused by its scope: both show that it is known. */
async function check(credential: string): Promise<void> {
  const calls = apiOf(credential)
  await calls.stats.live().catch((error: unknown) => {
    const failure = asFailure(error)
    const lacksScope = failure.code === 'FORBIDDEN' && credential.startsWith('rfk_')
    if (!lacksScope) throw failure
  })
}

type Props = { readonly notice?: string | undefined; readonly onSignedIn: (credential: string) => void }

export function SignIn({ notice, onSignedIn }: Props): ReactElement {
  const [credential, setCredential] = useState('')
  const [failure, setFailure] = useState<AdminError>()
  const [checking, setChecking] = useState(false)
  const hint = useId()

  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const entered = credential.trim()
    if (entered === '' || checking) return
    setChecking(true)
    setFailure(undefined)
    check(entered).then(
      () => onSignedIn(entered),
      (error: unknown) => {
        setFailure(asFailure(error))
        setChecking(false)
      },
    )
  }

  return (
    <main className="sign-in">
      <form className="card sign-in-card" onSubmit={submit}>
        <h1>Roomful operators</h1>
        {notice !== undefined && <p className="note">{notice}</p>}
        <label className="field">
          API key or admin token
          {/* A password field: a key on a shared screen is a key given away. */}
          <input
            type="password"
            autoComplete="off"
            spellCheck={false}
            value={credential}
            aria-describedby={hint}
            onChange={(event) => setCredential(event.target.value)}
          />
        </label>
        <p id={hint} className="muted small">
          It stays in this tab, and is forgotten when you close it. <code>roomful api-key create</code> makes
          a key.
        </p>
        {failure && <FailureNote failure={failure} />}
        <button type="submit" className="button primary" disabled={checking}>
          {checking ? 'Checking …' : 'Sign in'}
        </button>
      </form>
    </main>
  )
}
