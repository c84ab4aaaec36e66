import { ChatProvider } from '@roomful/react'
import { type ReactElement, useCallback, useState } from 'react'
import { endSession, type Session } from '../session/session'
import { SignIn } from '../session/sign-in'
import { TAB_PERSON } from '../session/tab-person'
import { ErrorBoundary } from '../ui/error-boundary'
import { NoticeProvider } from '../ui/notices'
import { ChatScreen } from './chat-screen'

/** Signed out or signed in; a chat lives as long as its login session. */
export function App({ saved }: { saved: Session | null }): ReactElement {
  const [session, setSession] = useState(saved)
  // A person who has signed out is not signed in again by the address.
  const [isFirst, setIsFirst] = useState(true)
  const [notice, setNotice] = useState<string | null>(null)

  const end = useCallback(
    (why: string | null) => {
      if (!session) return
      setSession(null)
      setIsFirst(false)
      setNotice(why)
      endSession(session).catch((error: unknown) => console.warn('not all of the sign-out was done', error))
    },
    [session],
  )

  return (
    <ErrorBoundary>
      {session ? (
        <ChatProvider chat={session.chat}>
          <NoticeProvider>
            <ChatScreen identity={session.identity} onSignOut={end} />
          </NoticeProvider>
        </ChatProvider>
      ) : (
        <SignIn joinsAs={isFirst ? TAB_PERSON : null} notice={notice} onSignedIn={setSession} />
      )}
    </ErrorBoundary>
  )
}
