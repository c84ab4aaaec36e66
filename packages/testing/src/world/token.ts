import type { UserId } from '@roomful/protocol'
import { AuthError } from '@roomful/server/engine'

/** The claims of a token of this world. */
export type TokenFacts = {
  readonly user: string
  readonly sid: string
  readonly expiresAt?: number
  /** It is not valid yet: its issuer's clock is ahead. */
  readonly notBefore?: number
  readonly admin?: boolean
  /** The user's id by default. */
  readonly name?: string
  readonly avatarUrl?: string
}

/** The user of a token, as a server's `authenticate` answers. */
export type TokenOwner = {
  readonly id: UserId
  readonly name: string
  readonly avatarUrl?: string
  readonly admin: boolean
  readonly sid?: string
  readonly expiresAt?: number
}

/** In the form of a JWT: the tabs of one browser find each other by its `sub`. */
export const tokenOf = (facts: TokenFacts): string =>
  `sim.${btoa(JSON.stringify({ ...facts, sub: facts.user }))}.unsigned`

/** Throws, as an `authenticate` does, for an invalid token and for one that is not valid yet. */
export function identityOf(token: string, asUserId: (id: string) => UserId, now: number): TokenOwner {
  const { user, sid, expiresAt, notBefore = 0, admin = false, name = user, avatarUrl } = factsOf(token)
  if (notBefore > now) throw new AuthError('TOKEN_INVALID')
  return {
    ...{ id: asUserId(user), name, admin, sid },
    ...(avatarUrl === undefined ? {} : { avatarUrl }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  }
}

function factsOf(token: string): TokenFacts {
  try {
    return JSON.parse(atob(token.split('.')[1] ?? ''))
  } catch (cause) {
    throw new AuthError('TOKEN_INVALID', { cause })
  }
}
