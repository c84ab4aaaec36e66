import { dirname, join } from 'node:path'
import { type AuthOptions, ConfigError } from '../options'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import { isRequestable, NOT_REQUESTABLE } from '../requested-address'
import type { Authenticate } from './identity'
import { customAuthenticate, jwksAuthenticate, secretAuthenticate } from './jwt'
import { withRefusalLog } from './refusal-log'
import { keptSecret, newSecret } from './secret-file'
import type { TokenRules } from './token-rules'

export type Authenticator = {
  readonly authenticate: Authenticate
  /** Set if this server signs tokens itself. */
  readonly signing?: Signing
}

/** How it signs tokens, and the issuer and audience that it checks, if any. */
export type Signing = { readonly secret: string; readonly issuer?: string; readonly audience?: string }

/** How this server checks tokens; without options it makes a secret and stores it with its data. */
export function authenticatorFor(
  auth: AuthOptions | undefined,
  { database, guests = false }: { readonly database: string | undefined; readonly guests?: boolean },
  clock: Clock,
  log: Log,
): Authenticator {
  if (auth && 'jwks' in auth) {
    if (!isRequestable(auth.jwks)) throw new ConfigError([`the key set ${NOT_REQUESTABLE} (--jwks)`])
    checkAudience(auth)
    return { authenticate: withRefusalLog(jwksAuthenticate(auth.jwks, clock, log, auth), clock, log) }
  }
  if (auth && 'authenticate' in auth)
    return { authenticate: withRefusalLog(customAuthenticate(auth.authenticate, clock), clock, log) }
  const secret = auth?.jwtSecret ?? ownSecret(database, guests)
  // With guests, for development only, any name is let in: the secret protects nothing.
  if (!guests && Buffer.byteLength(secret) < SECRET_BYTES) throw new ConfigError([TOO_SHORT])
  const authenticate = secretAuthenticate(secret, clock, auth)
  return { authenticate: withRefusalLog(authenticate, clock, log), signing: signingOf(secret, auth ?? {}) }
}

/** HS256 needs a key as long as its hash (RFC 7518, 3.2): a shorter one can be found by brute force. */
const SECRET_BYTES = 32
const TOO_SHORT = `the secret that tokens are signed with needs ${SECRET_BYTES} bytes at least, such as \`openssl rand -base64 32\` makes (--jwt-secret, ROOMFUL_JWT_SECRET); a shorter one is taken only with --guests, for development`

/**
 * A provider signs the tokens of all its applications with the same keys: tokens of other applications must be refused
 * here.
 */
function checkAudience({ issuer, audience, ...auth }: Extract<AuthOptions, { jwks: string }>): void {
  if ('anyAudience' in auth && auth.anyAudience === true) return
  if (isGiven(issuer) && isGiven(audience)) return
  throw new ConfigError([
    'with --jwks say whose tokens, and for what, are taken: --issuer and --audience (ROOMFUL_ISSUER, ROOMFUL_AUDIENCE); --any-audience takes those of every application of the provider',
  ])
}

const isGiven = (value: string | readonly string[] | undefined): boolean =>
  value !== undefined && value.length > 0

function signingOf(secret: string, { issuer, audience }: TokenRules): Signing {
  const [iss, aud] = [[issuer ?? []].flat()[0], [audience ?? []].flat()[0]]
  return {
    secret,
    ...(iss === undefined ? {} : { issuer: iss }),
    ...(aud === undefined ? {} : { audience: aud }),
  }
}

function ownSecret(database: string | undefined, guests: boolean): string {
  if (database === undefined) {
    if (guests) return newSecret()
    throw new ConfigError(['a server on a store of its own needs `auth`: it has no place to keep a secret'])
  }
  if (database.startsWith('sqlite:'))
    return keptSecret(join(dirname(database.replace(/^sqlite:(\/\/(?=\/))?/, '')), 'jwt-secret'))
  if (database.startsWith('memory:')) return newSecret()
  // Several servers may share this database: with separate secrets each would refuse the others' tokens.
  throw new ConfigError(['a server on Postgres needs a secret (--jwt-secret, ROOMFUL_JWT_SECRET) or --jwks'])
}
