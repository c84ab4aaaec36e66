import { CliError, EXIT } from './failure'

/** What went wrong with a database, in terms of this command line. */
export function databaseFailure(error: unknown): CliError {
  if (error instanceof CliError) return error
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  return new CliError(code in ADVICE ? code : 'DATABASE', message, ADVICE[code], EXIT.failed, {
    cause: error,
  })
}

const ADVICE: Readonly<Record<string, string>> = {
  DATABASE_IN_USE: 'stop that server first; `roomful send` and `roomful export --url` work through it',
  UNAVAILABLE: 'does the database answer at this address?',
  STORAGE_FULL: 'make room on its disk; what is done stays, and the same line goes on from there',
}

export async function onDatabase<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw databaseFailure(error)
  }
}
