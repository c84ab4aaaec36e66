import { serverName } from '../storage/local-copy'

/** Everything of one user on one server: the tab that holds this lock writes their rows to disk. */
export const userScope = (url: string, userId: string): string => `roomful:${serverName(url)}:${userId}`

/**
 * Which tabs share a connection: those of one user on one server. The token names the user (`sub` of a JWT; nothing is
 * trusted for it, the server checks). Tabs whose tokens name no user share when the token is the same: the user that the
 * local copy remembers is no proof. Without a token there is no connection either, and the local copy's user is as good.
 */
export function connectionScope(url: string, token: string | null, knownUser: string | null): string | null {
  if (token === null) return knownUser === null ? null : userScope(url, knownUser)
  return userScope(url, subjectOf(token) ?? `token ${hashOf(token)}`)
}

function subjectOf(token: string): string | null {
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

/** All of the origin can read names of locks: the token itself must not be in them. 53 bits distinguish two. */
function hashOf(text: string): string {
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    high = Math.imul(high ^ code, 2654435761)
    low = Math.imul(low ^ code, 1597334677)
  }
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36)
}
