import { dirname, join } from 'node:path'
import { type AuthOptions, ConfigError } from '../options'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import type { Authenticate } from './identity'
import { customAuthenticate, jwksAuthenticate, secretAuthenticate } from './jwt'
import { keptSecret, newSecret } from './secret-file'

export type Authenticator = {
  readonly authenticate: Authenticate
  /** Where this server signs tokens itself. */
  readonly jwtSecret?: string
}

/** How this server checks tokens; with no options it makes a secret, and keeps it where it keeps its data. */
export function authenticatorFor(
  auth: AuthOptions | undefined,
  database: string,
  clock: Clock,
  log: Log,
): Authenticator {
  if (auth && 'jwks' in auth) return { authenticate: jwksAuthenticate(auth.jwks, clock, log) }
  if (auth && 'authenticate' in auth) return { authenticate: customAuthenticate(auth.authenticate, clock) }
  const jwtSecret = auth?.jwtSecret ?? ownSecret(database)
  return { authenticate: secretAuthenticate(jwtSecret, clock), jwtSecret }
}

function ownSecret(database: string): string {
  if (database.startsWith('sqlite:'))
    return keptSecret(join(dirname(database.replace(/^sqlite:(\/\/(?=\/))?/, '')), 'jwt-secret'))
  if (database.startsWith('memory:')) return newSecret()
  // Several servers may share this database: each with a secret of its own would refuse the others' tokens.
  throw new ConfigError(['a server on Postgres needs a secret (--jwt-secret, ROOMFUL_JWT_SECRET) or --jwks'])
}
