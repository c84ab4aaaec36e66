import { ConfigError, loadSetting, withSchema } from '@roomful/server'
import { CliError, EXIT } from './failure'
import type { Io } from './io'

/** One of the server's settings, for a command with the same flags and variables. */
export function settingOf(io: Io, key: string, flags: Readonly<Record<string, unknown>>): string | undefined {
  try {
    return loadSetting(key, { flags, env: io.env })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw new CliError('CONFIG', error.problems.join('; '), undefined, EXIT.usage, { cause: error })
  }
}

/** The database that flags and variables name, with the schema of its tables. */
export function databaseFrom(io: Io, flags: Readonly<Record<string, unknown>>): string | undefined {
  const database = settingOf(io, 'database', flags)
  return database === undefined ? undefined : withSchema(database, settingOf(io, 'databaseSchema', flags))
}
