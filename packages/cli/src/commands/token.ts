import { isUserId, signToken } from '@roomful/server'
import { CliError, EXIT } from '../failure'
import { type Io, write } from '../io'
import { DEFAULT_DATABASE, readKeptSecret } from '../kept-secret'
import { settingOf } from '../setting'

type TokenOptions = {
  readonly user: string
  readonly name?: string
  readonly admin?: boolean
  /** Seconds. */
  readonly expires?: number
  readonly issuer?: string
  readonly audience?: string
  readonly jwtSecret?: string
  readonly jwtSecretFile?: string
  readonly database?: string
}

/** Signs a token and prints it, alone on its line, so that it can be assigned to a variable. */
export async function token(io: Io, options: TokenOptions): Promise<number> {
  const { user, name = user, admin, expires } = options
  if (!isUserId(user)) {
    const advice = 'at most 255 visible characters, without spaces'
    throw new CliError('USAGE', `${JSON.stringify(user)} can be no user id`, advice, EXIT.usage)
  }
  const { env } = io
  const secret =
    settingOf(io, 'jwtSecret', { jwtSecret: options.jwtSecret, jwtSecretFile: options.jwtSecretFile }) ??
    readKeptSecret(settingOf(io, 'database', { database: options.database }) ?? DEFAULT_DATABASE)
  const issuer = options.issuer ?? firstOf(env.ROOMFUL_ISSUER)
  const audience = options.audience ?? firstOf(env.ROOMFUL_AUDIENCE)
  const signed = await signToken(
    secret,
    { id: user, name, ...(admin ? { admin } : {}) },
    {
      ...(expires === undefined ? {} : { expiresInSeconds: expires }),
      ...(issuer === undefined ? {} : { issuer }),
      ...(audience === undefined ? {} : { audience }),
    },
  )
  await write(io.stdout, `${signed}\n`)
  return EXIT.ok
}

/** The server's variables are lists. */
const firstOf = (list: string | undefined): string | undefined => list?.split(',')[0]?.trim() || undefined
