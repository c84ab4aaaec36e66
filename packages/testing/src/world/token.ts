import type { UserId } from '@roomful/protocol'

/** What a token of this world says. */
export type TokenFacts = {
  readonly user: string
  readonly sid: string
  readonly expiresAt?: number
  readonly admin?: boolean
}

export const tokenOf = (facts: TokenFacts): string => JSON.stringify(facts)

export function identityOf(token: string, asUserId: (id: string) => UserId) {
  const { user, sid, expiresAt, admin = false }: TokenFacts = JSON.parse(token)
  return { id: asUserId(user), name: user, admin, sid, ...(expiresAt === undefined ? {} : { expiresAt }) }
}
