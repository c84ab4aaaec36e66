import { cleanName, isBlank, isStorableText, LIMITS, UserId, type WireErrorCode } from '@roomful/protocol'
import * as v from 'valibot'
import type { Claims } from '../core/claims'
import { avatarUrlOf } from './avatar-url'
import { ClaimsFact } from './claims'
import type { Credentials } from './credentials'
import { isPersonId } from './person-id'

/** The user and rights that a token stands for. */
export type Identity = {
  readonly id: UserId
  readonly name: string
  /** Null: the user has no picture; absent: the token does not say. */
  readonly avatarUrl?: string | null
  /** A server-wide moderator. */
  readonly admin: boolean
  /** The login session, which can be revoked. */
  readonly sid?: string
  /** Milliseconds since the epoch; absent: the token does not expire. */
  readonly expiresAt?: number
  /** When the name was given, in milliseconds since the epoch; absent: now. */
  readonly namedAt?: number
  /** When the token was issued, in milliseconds since the epoch; absent: unknown. */
  readonly issuedAt?: number
  /** For the app's own rules. */
  readonly claims?: Claims
}

/** Earlier than every time: a token without a name does not change the user's name. */
export const NEVER_NAMED = -1

/**
 * The result of an app's own `authenticate` function. `expiresAt`, `issuedAt`: milliseconds since the epoch. If several
 * tokens carry names, that of the one issued last counts; without `issuedAt`, that of the last sign-in. `avatarUrl`: the
 * `http` or `https` address of a picture, which comes with the name; null: none; absent: as it was. `claims`: plain
 * JSON of up to 8 KB for the app's own rules (`authorize`, `beforeSend`, `chat.on`), which other users never see.
 */
export type Authenticated = {
  id: string
  name: string
  avatarUrl?: string | null
  admin?: boolean
  sid?: string
  expiresAt?: number
  issuedAt?: number
  claims?: Claims
}

/** Turns credentials into a user. Rejects with an AuthError; anything else that it throws is a TOKEN_INVALID too. */
export type Authenticate = (credentials: Credentials) => Promise<Identity>

export type AuthErrorCode = Extract<
  WireErrorCode,
  'UNAUTHENTICATED' | 'TOKEN_INVALID' | 'TOKEN_EXPIRED' | 'SESSION_REVOKED' | 'USER_BANNED' | 'UNAVAILABLE'
>

/**
 * Why a token is refused. An `authenticate` function throws it for more detail than TOKEN_INVALID: UNAVAILABLE, with
 * the milliseconds after which to retry, if it cannot check the token now.
 *
 * @example
 * const authenticate = async ({ token }: Credentials): Promise<Authenticated> => {
 *   const response = await fetch('https://app.example.com/me', { headers: { authorization: token } })
 *   if (response.status >= 500) throw new AuthError('UNAVAILABLE', { retryAfterMs: 5_000 })
 *   return await response.json()
 * }
 */
export class AuthError extends Error {
  override readonly name = 'AuthError'
  readonly retryAfterMs?: number
  /** What is wrong in the token, by the name of its claim. */
  readonly field?: string
  constructor(
    readonly code: AuthErrorCode,
    options: { cause?: unknown; retryAfterMs?: number; field?: string } = {},
  ) {
    super(code, options.cause === undefined ? {} : { cause: options.cause })
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs
    if (options.field !== undefined) this.field = options.field
  }
}

const text = (maxLength: number) =>
  v.pipe(
    v.string(),
    v.maxLength(maxLength),
    v.check((value) => isStorableText(value) && !isBlank(value)),
  )
/** Some providers use numeric user ids. */
const AnyId = v.pipe(
  v.union([v.string(), v.pipe(v.number(), v.safeInteger())]),
  v.transform(String),
  UserId,
  v.check((id) => isPersonId(id)),
)
/** The range of a `Date`; the wire's dates and the database's integers are made from it. */
const LAST_MS = 8.64e15
const time = v.pipe(
  v.number(),
  v.finite(),
  v.transform((ms) => Math.floor(Math.min(Math.max(ms, -LAST_MS), LAST_MS))),
)
const Facts = v.object({
  id: AnyId,
  /** Any name that an identity provider has; it must not refuse a user. */
  name: v.nullish(v.string()),
  /** The same: one that is no address is none. */
  avatarUrl: v.nullish(v.unknown()),
  admin: v.nullish(v.boolean()),
  sid: v.nullish(text(128)),
  expiresAt: v.optional(time),
  issuedAt: v.optional(time),
  claims: v.nullish(ClaimsFact),
})
type Fact = keyof v.InferOutput<typeof Facts>

/**
 * Validates the claims of a token or an app's function and rebuilds them from checked fields. A nameless user is shown
 * by their id. `nameOf` gives the token's name of a field.
 */
export function toIdentity(facts: unknown, nameOf: (fact: Fact) => string = (fact) => fact): Identity {
  const result = v.safeParse(Facts, facts)
  if (!result.success) {
    const key = result.issues[0].path?.[0]?.key
    if (!isFact(key)) throw new AuthError('TOKEN_INVALID', { cause: new Error('it speaks of no user') })
    const field = nameOf(key)
    const cause = new Error(`its ${field} is missing or not valid`)
    throw new AuthError('TOKEN_INVALID', { cause, field })
  }
  const { id, avatarUrl, admin, sid, expiresAt, issuedAt, claims } = result.output
  const name = cleanName(result.output.name ?? '', LIMITS.userNameLength)
  const namedAt = name === '' ? NEVER_NAMED : issuedAt
  return {
    id,
    name: name || cleanName(id, LIMITS.userNameLength),
    ...(avatarUrl === undefined ? {} : { avatarUrl: shownUrl(avatarUrl) }),
    admin: admin ?? false,
    ...(sid == null ? {} : { sid }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(namedAt === undefined ? {} : { namedAt }),
    ...(issuedAt === undefined ? {} : { issuedAt }),
    ...(claims == null ? {} : { claims }),
  }
}

const shownUrl = (value: unknown): string | null =>
  (typeof value === 'string' ? avatarUrlOf(value) : undefined) ?? null

const isFact = (key: unknown): key is Fact => typeof key === 'string' && Object.hasOwn(Facts.entries, key)
