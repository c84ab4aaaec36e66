import type { JWTPayload } from 'jose'
import type { Identity } from './identity'
import { toIdentity } from './identity'

/** The names of the claims that the server needs. */
export type ClaimNames = {
  /** The user's id; `sub` by default. */
  readonly id?: string
  /** The shown name; `name` by default. */
  readonly name?: string
  /** The address of the user's picture; `picture` by default. */
  readonly avatarUrl?: string
  /** True: a moderator of the whole server; `admin` by default. */
  readonly admin?: string
  /** The login session, which can be revoked; `sid` by default. */
  readonly sid?: string
}

/** Requirements on a token besides its signature. */
export type TokenRules = {
  /** Its `iss`, one of these. */
  readonly issuer?: string | readonly string[]
  /** Its `aud` names one of these. */
  readonly audience?: string | readonly string[]
  readonly claims?: ClaimNames
}

const DEFAULT_CLAIMS = { id: 'sub', name: 'name', avatarUrl: 'picture', admin: 'admin', sid: 'sid' } as const

/** The identity that a token stands for. Times are in milliseconds since the epoch. */
export function identityOf(
  payload: JWTPayload,
  { claims }: TokenRules,
  times: { readonly expiresAt?: number; readonly issuedAt?: number },
): Identity {
  const names = { ...DEFAULT_CLAIMS, ...claims }
  const claim = (name: string): unknown => (Object.hasOwn(payload, name) ? payload[name] : undefined)
  const { id, name, avatarUrl, admin, sid } = names
  const seen = { id: claim(id), name: claim(name), avatarUrl: claim(avatarUrl) }
  const named = { ...seen, admin: claim(admin), sid: claim(sid) }
  const facts = { ...named, claims: payload, ...times }
  return toIdentity(facts, (fact) => {
    switch (fact) {
      case 'expiresAt':
        return 'exp'
      case 'issuedAt':
        return 'iat'
      case 'claims':
        return fact
      default:
        return names[fact]
    }
  })
}

/** These rules as options of jose. */
export function expectedOf({ issuer, audience }: TokenRules): { issuer?: string[]; audience?: string[] } {
  return {
    ...(issuer === undefined ? {} : { issuer: [issuer].flat() }),
    ...(audience === undefined ? {} : { audience: [audience].flat() }),
  }
}
