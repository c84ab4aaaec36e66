import { randomUUID } from 'node:crypto'
import { jwtVerify, SignJWT } from 'jose'

// A session is a token in a cookie: the pages and the chat server, two bundles, need to share nothing but the secret.
const secret = new TextEncoder().encode(
  process.env.SESSION_SECRET ?? 'for development only: set SESSION_SECRET',
)

/** @param {string} name @returns {Promise<string>} the value of the cookie */
export const newSession = (name) =>
  new SignJWT({ name, sid: randomUUID() })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(name.toLowerCase())
    .setExpirationTime('7 days')
    .sign(secret)

/** @param {string | undefined} session what `authenticate` answers: the user, or nothing */
export async function userOf(session) {
  const verified = await jwtVerify(session ?? '', secret).catch(() => undefined)
  const { sub, name, sid, exp } = verified?.payload ?? {}
  return sub && exp ? { id: sub, name: String(name), sid: String(sid), expiresAt: exp * 1000 } : undefined
}
