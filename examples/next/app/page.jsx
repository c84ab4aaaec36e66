import { cookies } from 'next/headers'
import { Chat } from './chat'
import { userOf } from './session.js'

export default async function Page() {
  const jar = await cookies()
  if (await userOf(jar.get('session')?.value)) return <Chat />
  return (
    <form method="post" action="/login">
      <label>
        Your name <input name="name" required maxLength={40} pattern="\S+" title="one word" />
      </label>
      <button type="submit">Join</button>
    </form>
  )
}
