import { errors, type JWTPayload, type JWTVerifyOptions, jwtVerify, SignJWT } from 'jose'
import { type Clock, systemClock } from '../ports/clock'
import type { Log } from '../ports/log'
import type { Credentials } from './credentials'
import { AuthError, type Authenticate, type Identity, toIdentity } from './identity'
import { KeySet } from './key-set'
import { expectedOf, identityOf, type TokenRules } from './token-rules'

const ASYMMETRIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']

/** The server's clock and the signers' differ: `nbf` and `exp` are checked with this tolerance. */
export const CLOCK_TOLERANCE_SECONDS = 30
/** An app's own check that takes longer is too late for its client, which gives up a handshake after 15 s. */
const CHECK_MS = 10_000

/** Tokens that the app signs with its own secret (HS256). It may leave out `exp`, for a bot or a script. */
export function secretAuthenticate(secret: string, clock: Clock, rules: TokenRules = {}): Authenticate {
  const key = new TextEncoder().encode(secret)
  return ({ token }) =>
    verified(token, clock, rules, (options) => jwtVerify(token, key, { ...options, algorithms: ['HS256'] }))
}

/** Tokens of an identity provider, whose keys are read from its JWKS address and cached. They must expire. */
export function jwksAuthenticate(url: string, clock: Clock, log: Log, rules: TokenRules = {}): Authenticate {
  const keys = new KeySet(url, clock, log)
  // One algorithm family only: with HS256 allowed too, a public key could serve as a secret.
  const ours = { algorithms: ASYMMETRIC, requiredClaims: ['exp'] }
  return ({ token }) =>
    verified(token, clock, rules, (options) => keys.verify(token, { ...options, ...ours }))
}

/** An app's own check. To refuse, it throws an AuthError or anything else, or returns nothing. */
export function customAuthenticate(check: (credentials: Credentials) => unknown, clock: Clock): Authenticate {
  return async (credentials) => {
    let cancel = (): void => {}
    const late = new Promise<never>((_, reject) => {
      cancel = clock.setTimer(CHECK_MS, () =>
        reject(new AuthError('UNAVAILABLE', { cause: new Error(LATE) })),
      )
    })
    try {
      return toIdentity(await Promise.race([Promise.resolve(credentials).then(check), late]))
    } catch (cause) {
      if (cause instanceof AuthError && cause.code !== 'TOKEN_INVALID') throw cause
      // Without a token there is none that is wrong: a cookie may come, by a sign-in on the app's page.
      if (credentials.token === '') throw new AuthError('UNAUTHENTICATED', { cause })
      throw cause instanceof AuthError ? cause : new AuthError('TOKEN_INVALID', { cause })
    } finally {
      cancel()
    }
  }
}

const LATE = 'authenticate did not answer in time'

async function verified(
  token: string,
  clock: Clock,
  rules: TokenRules,
  verify: (options: JWTVerifyOptions) => Promise<{ payload: JWTPayload }>,
): Promise<Identity> {
  if (token === '') throw new AuthError('UNAUTHENTICATED')
  const now = clock.now()
  const options = {
    currentDate: new Date(now),
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    ...expectedOf(rules),
  }
  try {
    const { payload } = await verify(options)
    const { exp, iat } = payload
    return identityOf(payload, rules, {
      ...(exp === undefined ? {} : { expiresAt: endOf(exp, clock.now()) }),
      ...(typeof iat === 'number' ? { issuedAt: iat * 1000 } : {}),
    })
  } catch (cause) {
    throw toAuthError(cause)
  }
}

/**
 * A token ends at its `exp`. One accepted after it, within the tolerance, ends with the tolerance: otherwise it would
 * end at once.
 */
function endOf(exp: number, now: number): number {
  const at = exp * 1000
  return at > now ? at : at + CLOCK_TOLERANCE_SECONDS * 1000
}

function toAuthError(cause: unknown): AuthError {
  if (cause instanceof AuthError) return cause
  if (cause instanceof errors.JWTExpired) return new AuthError('TOKEN_EXPIRED', { cause })
  const field = cause instanceof errors.JWTClaimValidationFailed ? { field: cause.claim } : {}
  return new AuthError('TOKEN_INVALID', { cause, ...field })
}

/** Options of a signed token; `issuer` and `audience` for a server that checks them. */
export type SignOptions = {
  readonly expiresInSeconds?: number
  readonly issuer?: string
  readonly audience?: string
  readonly clock?: Clock
}

/**
 * Signs a token for a server with this secret.
 *
 * @example
 * const token = await signToken(secret, { id: 'ann', name: 'Ann' }, { expiresInSeconds: 3600 })
 */
export async function signToken(
  secret: string,
  user: { id: string; name: string; admin?: boolean; sid?: string },
  options: SignOptions = {},
): Promise<string> {
  const { id, ...claims } = user
  const { expiresInSeconds, issuer, audience, clock = systemClock } = options
  const now = Math.floor(clock.now() / 1000)
  const jwt = new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).setSubject(id).setIssuedAt(now)
  if (expiresInSeconds !== undefined) jwt.setExpirationTime(now + expiresInSeconds)
  if (issuer !== undefined) jwt.setIssuer(issuer)
  if (audience !== undefined) jwt.setAudience(audience)
  return jwt.sign(new TextEncoder().encode(secret))
}
