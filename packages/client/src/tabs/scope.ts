import { hashOf, subjectOf } from '../engine/login'
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
