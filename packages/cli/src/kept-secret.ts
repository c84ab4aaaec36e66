import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CliError } from './failure'

export const DEFAULT_DATABASE = 'sqlite:./data/roomful.db'

/**
 * The secret that a server without a configured one generated beside its SQLite file. It is only read here: one made in
 * the wrong folder would sign tokens that no server accepts.
 */
export function readKeptSecret(database: string): string {
  if (!database.startsWith('sqlite:')) {
    throw new CliError(
      'NO_SECRET',
      `there is no secret beside ${database.split(':')[0]}:`,
      'give it with --jwt-secret',
    )
  }
  const path = join(dirname(database.replace(/^sqlite:(\/\/(?=\/))?/, '')), 'jwt-secret')
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (cause) {
    const advice = 'name the database with --database, give --jwt-secret, or start the server once'
    throw new CliError('NO_SECRET', `no secret at ${path}`, advice, 1, { cause })
  }
}
