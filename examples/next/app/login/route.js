import { cookies } from 'next/headers'
import { redirect } from 'next/navigation'
import { newSession } from '../session.js'

/** @param {Request} request */
export async function POST(request) {
  const name = String((await request.formData()).get('name'))
  const jar = await cookies()
  jar.set('session', await newSession(name), { httpOnly: true, sameSite: 'lax' })
  redirect('/')
}
