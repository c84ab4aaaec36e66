import { cleanName, isBlank, isStorableText, LIMITS, UserId, type WireErrorCode } from '@roomful/protocol'
import * as v from 'valibot'

/** Who a token speaks for. */
export type Identity = {
  readonly id: UserId
  readonly name: string
  /** A server-wide moderator. */
  readonly admin: boolean
  /** The session: what can be revoked. */
  readonly sid?: string
  /** Milliseconds since the epoch; absent: the token does not expire. */
  readonly expiresAt?: number
  /** When the name was given, in milliseconds since the epoch; absent: now. */
  readonly namedAt?: number
}

/** Before every other time: a token without a name does not change the one that its user has. */
const NEVER_NAMED = -1

/**
 * What an app's own `authenticate` function answers. `expiresAt`, `issuedAt`: milliseconds since the epoch. Of the names of
 * several tokens that of the one issued last counts; without `issuedAt` that of the last sign-in.
 */
export type Authenticated = {
  id: string
  name: string
  admin?: boolean
  sid?: string
  expiresAt?: number
  issuedAt?: number
}

/** Turns a token into a user. Rejects with an AuthError; anything else that it throws is a TOKEN_INVALID too. */
export type Authenticate = (token: string) => Promise<Identity>

export type AuthErrorCode = Extract<
  WireErrorCode,
  'UNAUTHENTICATED' | 'TOKEN_INVALID' | 'TOKEN_EXPIRED' | 'SESSION_REVOKED' | 'USER_BANNED' | 'UNAVAILABLE'
>

/**
 * Why somebody is not let in. An `authenticate` function throws it to say more than TOKEN_INVALID: UNAVAILABLE, with the
 * milliseconds after which to come back, where it cannot look at the token now.
 *
 * @example
 * if (!db.isUp) throw new AuthError('UNAVAILABLE', { retryAfterMs: 5_000 })
 */
export class AuthError extends Error {
  override readonly name = 'AuthError'
  readonly retryAfterMs?: number
  constructor(
    readonly code: AuthErrorCode,
    options: { cause?: unknown; retryAfterMs?: number } = {},
  ) {
    super(code, options.cause === undefined ? {} : { cause: options.cause })
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs
  }
}

const text = (maxLength: number) =>
  v.pipe(
    v.string(),
    v.maxLength(maxLength),
    v.check((value) => isStorableText(value) && !isBlank(value)),
  )
const Facts = v.object({
  id: UserId,
  /** Whatever an identity provider has as a name; a person is not refused for it. */
  name: v.optional(v.string()),
  admin: v.optional(v.boolean()),
  sid: v.optional(text(128)),
  expiresAt: v.optional(v.pipe(v.number(), v.finite())),
  issuedAt: v.optional(v.pipe(v.number(), v.finite())),
})

/** The border for what a token or an app's function says: rebuilt from checked fields. A nameless user bears his id. */
export function toIdentity(facts: unknown): Identity {
  const result = v.safeParse(Facts, facts)
  if (!result.success) {
    const field = result.issues[0].path?.[0]?.key ?? 'user'
    throw new AuthError('TOKEN_INVALID', { cause: new Error(`its ${String(field)} is missing or not valid`) })
  }
  const { id, admin = false, sid, expiresAt, issuedAt } = result.output
  const name = cleanName(result.output.name ?? '', LIMITS.userNameLength)
  const namedAt = name === '' ? NEVER_NAMED : issuedAt
  return {
    id,
    name: name || id,
    admin,
    ...(sid === undefined ? {} : { sid }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(namedAt === undefined ? {} : { namedAt }),
  }
}
