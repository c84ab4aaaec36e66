import { cookies } from 'next/headers'
import { redirect } from 'next/navigation'
import { userOf } from '../session.js'

export async function POST() {
  const jar = await cookies()
  const user = await userOf(jar.get('session')?.value)
  if (user) await globalThis.chatServer.revokeSession(user.sid)
  jar.delete('session')
  redirect('/')
}
