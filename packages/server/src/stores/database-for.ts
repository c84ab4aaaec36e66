import { ConfigError, DEFAULTS, type ServerOptions } from '../options'
import { withSchema } from './database-url'

/** The URL of the database that the options name, or the default one; undefined: the app has its own store. */
export function databaseFor(options: ServerOptions): string | undefined {
  if (options.store === undefined)
    return withSchema(options.database ?? DEFAULTS.database, options.databaseSchema)
  const problems = (['database', 'databaseSchema', 'databaseDirectUrl'] as const)
    .filter((name) => options[name] !== undefined)
    .map((name) => `store and ${name} exclude each other: the store is the database`)
  if (problems.length > 0) throw new ConfigError(problems)
  return undefined
}
