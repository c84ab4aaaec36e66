import type { UserId } from '@roomful/protocol'

/** What a token of this world says. */
export type TokenFacts = {
  readonly user: string
  readonly sid: string
  readonly expiresAt?: number
  readonly admin?: boolean
}

/** Of the form of a JWT: the tabs of one browser find each other by its `sub`. */
export const tokenOf = (facts: TokenFacts): string =>
  `sim.${btoa(JSON.stringify({ ...facts, sub: facts.user }))}.unsigned`

export function identityOf(token: string, asUserId: (id: string) => UserId) {
  const { user, sid, expiresAt, admin = false }: TokenFacts = JSON.parse(atob(token.split('.')[1] ?? ''))
  return { id: asUserId(user), name: user, admin, sid, ...(expiresAt === undefined ? {} : { expiresAt }) }
}
