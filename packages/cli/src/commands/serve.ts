import { ConfigError, createChatServer, loadConfig, shownUrl } from '@roomful/server'
import { CliError, EXIT } from '../failure'
import { aborted, type Io, write } from '../io'
import { DEFAULT_DATABASE } from '../kept-secret'

/** The defaults of `roomful serve`: one room to meet in, and logs only of what goes wrong. */
const DEFAULTS = { defaultRooms: ['general'], logLevel: 'warn' } as const

/** Serves until Ctrl+C or SIGTERM, then drains. `flags`: by camelCase name, as typed. */
export async function serve(io: Io, flags: Readonly<Record<string, unknown>>): Promise<number> {
  const options = configOf(io, flags)
  const { database = DEFAULT_DATABASE } = options
  const server = await started(() => createChatServer({ ...DEFAULTS, ...options, database }), database)
  const ready = { url: server.url, database: shownUrl(database) }
  await write(
    io.stdout,
    flags.json
      ? `${JSON.stringify(ready)}\n`
      : `Roomful listens on ${ready.url}\nData: ${placeOf(ready.database)}\n`,
  )
  await aborted(io.signal)
  await server.close()
  return EXIT.ok
}

function configOf(io: Io, flags: Readonly<Record<string, unknown>>) {
  try {
    return loadConfig({ flags, env: io.env })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw new CliError(
      'CONFIG',
      error.problems.join('; '),
      '`roomful serve --help` lists the settings',
      EXIT.usage,
      {
        cause: error,
      },
    )
  }
}

/** A failed start prints what to do about it: a taken port and a file in use are the two that happen. */
async function started<T>(start: () => Promise<T>, database: string): Promise<T> {
  try {
    return await start()
  } catch (error) {
    if (error instanceof ConfigError) {
      throw new CliError('CONFIG', error.problems.join('; '), undefined, EXIT.usage, { cause: error })
    }
    const cause = { cause: error }
    const message = error instanceof Error ? error.message : String(error)
    if (hasCode(error, 'EADDRINUSE')) {
      throw new CliError(
        'PORT_IN_USE',
        message,
        'choose another with --port, or 0 for any',
        EXIT.failed,
        cause,
      )
    }
    if (hasCode(error, 'EACCES')) throw new CliError('NOT_PERMITTED', message, undefined, EXIT.failed, cause)
    if (hasCode(error, 'DATABASE_DAMAGED'))
      throw new CliError('DATABASE_DAMAGED', message, undefined, EXIT.failed, cause)
    const advice = `Data: ${placeOf(shownUrl(database))}`
    throw new CliError(
      hasCode(error, 'UNAVAILABLE') ? 'UNAVAILABLE' : 'START_FAILED',
      message,
      advice,
      EXIT.failed,
      cause,
    )
  }
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

function placeOf(database: string): string {
  if (database === 'memory:') return 'in memory, gone at the end'
  return database.replace(/^sqlite:/, '')
}
