import { signToken } from '@roomful/server'
import { CliError, EXIT } from '../failure'
import { type Io, write } from '../io'
import { DEFAULT_DATABASE, readKeptSecret } from '../kept-secret'

type TokenOptions = {
  readonly user: string
  readonly name?: string
  readonly admin?: boolean
  /** Seconds. */
  readonly expires?: number
  readonly jwtSecret?: string
  readonly database?: string
}

/** Signs a token and prints it, alone on its line, so that it can be put into a variable. */
export async function token(io: Io, options: TokenOptions): Promise<number> {
  const { user, name = user, admin, expires } = options
  if (!/^[A-Za-z0-9_.:@|+-]{1,128}$/.test(user)) {
    throw new CliError(
      'USAGE',
      `"${user}" can be no user id`,
      'letters, digits and _ . : @ | + -',
      EXIT.usage,
    )
  }
  const { env } = io
  const secret =
    (options.jwtSecret ?? env.ROOMFUL_JWT_SECRET) ||
    readKeptSecret(options.database ?? (env.ROOMFUL_DATABASE || DEFAULT_DATABASE))
  const signed = await signToken(
    secret,
    { id: user, name, ...(admin ? { admin } : {}) },
    expires === undefined ? {} : { expiresInSeconds: expires },
  )
  await write(io.stdout, `${signed}\n`)
  return EXIT.ok
}
