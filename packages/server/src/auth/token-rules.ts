import type { JWTPayload } from 'jose'
import type { Identity } from './identity'
import { toIdentity } from './identity'

/** Under which names a token has what the server needs. */
export type ClaimNames = {
  /** The user's id; `sub` by default. */
  readonly id?: string
  /** What others see; `name` by default. */
  readonly name?: string
  /** True: a moderator of the whole server; `admin` by default. */
  readonly admin?: string
  /** The session, which can be revoked; `sid` by default. */
  readonly sid?: string
}

/** What a token has to say besides its signature. */
export type TokenRules = {
  /** Its `iss`, one of these. */
  readonly issuer?: string | readonly string[]
  /** Its `aud` names one of these. */
  readonly audience?: string | readonly string[]
  readonly claims?: ClaimNames
}

const DEFAULT_CLAIMS = { id: 'sub', name: 'name', admin: 'admin', sid: 'sid' } as const

/** Who a token speaks for. The times are in milliseconds since the epoch. */
export function identityOf(
  payload: JWTPayload,
  { claims }: TokenRules,
  times: { readonly expiresAt?: number; readonly issuedAt?: number },
): Identity {
  const names = { ...DEFAULT_CLAIMS, ...claims }
  const claim = (name: string): unknown => (Object.hasOwn(payload, name) ? payload[name] : undefined)
  const { id, name, admin, sid } = names
  const facts = { id: claim(id), name: claim(name), admin: claim(admin), sid: claim(sid), ...times }
  return toIdentity(facts, (fact) => {
    switch (fact) {
      case 'expiresAt':
        return 'exp'
      case 'issuedAt':
        return 'iat'
      default:
        return names[fact]
    }
  })
}

/** The options of jose for them. */
export function expectedOf({ issuer, audience }: TokenRules): { issuer?: string[]; audience?: string[] } {
  return {
    ...(issuer === undefined ? {} : { issuer: [issuer].flat() }),
    ...(audience === undefined ? {} : { audience: [audience].flat() }),
  }
}
