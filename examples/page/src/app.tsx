import { RoomProvider, useChat, useConnection } from '@roomful/react'
import { useState } from 'react'
import { Room } from './room'

/** The app's sign-in until it has a session, the chat from then on. */
export function App() {
  const connection = useConnection()
  const { status } = connection
  // The chat asks again from time to time: the form stays meanwhile, with what is written in it.
  const [isRefused, setRefused] = useState(false)
  const isOut = status === 'stopped' || (status === 'waiting' && connection.error.code === 'UNAUTHENTICATED')
  if (isOut && !isRefused) setRefused(true)
  if (status === 'online' && isRefused) setRefused(false)
  if (isRefused) return <SignIn />
  return (
    <main data-connection={status}>
      <SignOut />
      <RoomProvider id="general">
        <Room />
      </RoomProvider>
    </main>
  )
}

const SignIn = () => (
  <form method="post" action="/login">
    <label>
      Your name <input name="name" required maxLength={40} pattern="\S+" title="one word" />
    </label>
    <button type="submit">Join</button>
  </form>
)

/** The chat first, which deletes what this device keeps of the user, also while there is no network; then the app. */
function SignOut() {
  const chat = useChat()
  const signOut = async (): Promise<void> => {
    await chat.signOut()
    await fetch('/logout', { method: 'POST' })
    location.reload()
  }
  return (
    <button type="button" onClick={signOut}>
      Sign out
    </button>
  )
}
