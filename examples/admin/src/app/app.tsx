import { type ReactElement, useMemo, useState } from 'react'
import { ApiContext, apiOf } from '../api/api'
import { forget, recall, remember } from '../session/session'
import { SignIn } from '../session/sign-in'
import { Shell } from './shell'

type Session =
  | { readonly status: 'signed-out'; readonly notice?: string }
  | { readonly status: 'signed-in'; readonly credential: string }

function restored(): Session {
  const credential = recall()
  return credential === undefined ? { status: 'signed-out' } : { status: 'signed-in', credential }
}

export function App(): ReactElement {
  const [session, setSession] = useState(restored)
  const signOut = (notice?: string): void => {
    forget()
    setSession({ status: 'signed-out', ...(notice === undefined ? {} : { notice }) })
  }
  const signIn = (credential: string): void => {
    remember(credential)
    setSession({ status: 'signed-in', credential })
  }
  return session.status === 'signed-out' ? (
    <SignIn notice={session.notice} onSignedIn={signIn} />
  ) : (
    <SignedIn credential={session.credential} onSignOut={signOut} />
  )
}

type SignedInProps = { readonly credential: string; readonly onSignOut: (notice?: string) => void }

function SignedIn({ credential, onSignOut }: SignedInProps): ReactElement {
  const api = useMemo(
    () => apiOf(credential, () => onSignOut('The key or token is not valid any more. Sign in again.')),
    [credential, onSignOut],
  )
  return (
    <ApiContext value={api}>
      <Shell credential={credential} onSignOut={() => onSignOut()} />
    </ApiContext>
  )
}
