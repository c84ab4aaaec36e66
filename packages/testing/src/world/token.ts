import type { UserId } from '@roomful/protocol'
import { AuthError } from '@roomful/server'

/** What a token of this world says. */
export type TokenFacts = {
  readonly user: string
  readonly sid: string
  readonly expiresAt?: number
  /** It is not valid yet: the clock of who made it is ahead. */
  readonly notBefore?: number
  readonly admin?: boolean
  /** The user's id by default. */
  readonly name?: string
}

/** Of the form of a JWT: the tabs of one browser find each other by its `sub`. */
export const tokenOf = (facts: TokenFacts): string =>
  `sim.${btoa(JSON.stringify({ ...facts, sub: facts.user }))}.unsigned`

/** Throws, as an `authenticate` does, for what is not a token or is not one yet. */
export function identityOf(token: string, asUserId: (id: string) => UserId, now: number) {
  const { user, sid, expiresAt, notBefore = 0, admin = false, name = user } = factsOf(token)
  if (notBefore > now) throw new AuthError('TOKEN_INVALID')
  return { id: asUserId(user), name, admin, sid, ...(expiresAt === undefined ? {} : { expiresAt }) }
}

function factsOf(token: string): TokenFacts {
  try {
    return JSON.parse(atob(token.split('.')[1] ?? ''))
  } catch (cause) {
    throw new AuthError('TOKEN_INVALID', { cause })
  }
}
