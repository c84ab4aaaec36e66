import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify, SignJWT } from 'jose'
import { type Clock, systemClock } from '../ports/clock'
import { AuthError, type Authenticate, type Identity, toIdentity } from './identity'

const ASYMMETRIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']

/** Tokens signed with a secret of our own (HS256). */
export function secretAuthenticate(secret: string, clock: Clock): Authenticate {
  const key = new TextEncoder().encode(secret)
  return (token) =>
    verified(() => jwtVerify(token, key, { algorithms: ['HS256'], currentDate: new Date(clock.now()) }))
}

/** Tokens of an identity provider, whose keys are read from its JWKS address and kept. */
export function jwksAuthenticate(url: string, clock: Clock): Authenticate {
  // One algorithm family only: with HS256 allowed too, a public key could be passed off as a secret.
  const keys: JWTVerifyGetKey = createRemoteJWKSet(new URL(url))
  return (token) =>
    verified(() =>
      jwtVerify(token, keys, { algorithms: ASYMMETRIC, currentDate: new Date(clock.now()) }),
    ).catch((error: AuthError) => {
      throw isAboutKeys(error.cause) ? new AuthError('UNAVAILABLE', { cause: error.cause }) : error
    })
}

/** An app's own check. It throws an AuthError, or anything at all, or answers nothing, to refuse. */
export function customAuthenticate(check: (token: string) => unknown): Authenticate {
  return async (token) => {
    try {
      return toIdentity(await check(token))
    } catch (cause) {
      throw cause instanceof AuthError ? cause : new AuthError('TOKEN_INVALID', { cause })
    }
  }
}

async function verified(verify: () => Promise<{ payload: JWTPayload }>): Promise<Identity> {
  try {
    const { sub, name, admin, sid, exp } = (await verify()).payload
    return toIdentity({ id: sub, name, admin, sid, ...(exp === undefined ? {} : { expiresAt: exp * 1000 }) })
  } catch (cause) {
    throw toAuthError(cause)
  }
}

function toAuthError(cause: unknown): AuthError {
  if (cause instanceof AuthError) return cause
  return new AuthError(cause instanceof errors.JWTExpired ? 'TOKEN_EXPIRED' : 'TOKEN_INVALID', { cause })
}

/** The keys could not be read: that is not the token's fault, and a client must come back. */
function isAboutKeys(cause: unknown): boolean {
  if (cause instanceof AuthError) return false
  if (!(cause instanceof errors.JOSEError)) return true
  return cause instanceof errors.JWKSTimeout || cause.code === 'ERR_JOSE_GENERIC'
}

/**
 * Signs a token for a server that was given this secret.
 *
 * @example
 * const token = await signToken('secret', { id: 'ann', name: 'Ann' }, { expiresInSeconds: 3600 })
 */
export async function signToken(
  secret: string,
  user: { id: string; name: string; admin?: boolean; sid?: string },
  options: { expiresInSeconds?: number; clock?: Clock } = {},
): Promise<string> {
  const { id, ...claims } = user
  const { expiresInSeconds, clock = systemClock } = options
  const now = Math.floor(clock.now() / 1000)
  const jwt = new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).setSubject(id).setIssuedAt(now)
  if (expiresInSeconds !== undefined) jwt.setExpirationTime(now + expiresInSeconds)
  return jwt.sign(new TextEncoder().encode(secret))
}
