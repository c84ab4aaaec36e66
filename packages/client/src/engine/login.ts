/**
 * Whose token it is, as far as that can be seen here: its `sub` where it is a JWT, else a hash of it. Null: there is no
 * token, because the browser sends a cookie. Nothing is trusted for it: the server checks the token.
 */
export function loginOf(token: string): string | null {
  if (token === '') return null
  const subject = subjectOf(token)
  return subject === null ? `token ${hashOf(token)}` : subjectLogin(subject)
}

/** The login of a JWT with this `sub`. */
export const subjectLogin = (subject: string): string => `sub ${subject}`

/** Two users for certain. Of tokens that name nobody that is never certain: one user gets many of them. */
export const areOfTwoUsers = (a: string, b: string): boolean =>
  a !== b && a.startsWith('sub ') && b.startsWith('sub ')

/** `sub` of a JWT. */
export function subjectOf(token: string): string | null {
  const [, body] = token.split('.')
  if (body === undefined) return null
  try {
    const bytes = Uint8Array.from(atob(body.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
      char.charCodeAt(0),
    )
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes))
    const { sub } = (claims ?? {}) as { sub?: unknown }
    return typeof sub === 'string' && sub !== '' ? sub : null
  } catch {
    // Not a JWT.
    return null
  }
}

/** All of the origin can read names of locks and the local copy: the token itself must not be in them. 53 bits distinguish two. */
export function hashOf(text: string): string {
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    high = Math.imul(high ^ code, 2654435761)
    low = Math.imul(low ^ code, 1597334677)
  }
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36)
}
