import { StoreError } from '../port'
import type { Connection } from './connection'

/** The database file cannot be trusted: writes could be lost, or destroy more of it. */
export class DatabaseDamagedError extends Error {
  override readonly name = 'DatabaseDamagedError'
  readonly code = 'DATABASE_DAMAGED'
  constructor(path: string, why: string, options?: { cause?: unknown }) {
    super(
      `${path} is damaged (${why}): put the last backup back, \`roomful restore <copy>\`, which keeps this file beside it; without one, move it and its -wal away, and save what can be read with \`sqlite3 <file> .recover\``,
      options,
    )
  }
}

/** Reads all pages, about a gigabyte a second: damage is found before anything is served from it, not by a user. */
export function checkWhole(path: string, connection: Connection): void {
  const verdict = connection.get('PRAGMA quick_check(1)')?.quick_check
  if (verdict !== 'ok')
    throw new DatabaseDamagedError(path, String(verdict).replace(/\s+/g, ' ').slice(0, 200))
}

/** Not a SQLite file, or one that reports damage. */
export function asDamage(path: string, error: unknown): unknown {
  const state = error instanceof StoreError && error.cause instanceof Error ? stateOf(error.cause) : undefined
  if (state === undefined) return error
  return new DatabaseDamagedError(path, state, { cause: error })
}

function stateOf(cause: Error): string | undefined {
  const code = 'code' in cause ? String(cause.code) : ''
  return /^SQLITE_(?:CORRUPT|NOTADB)/.test(code) ? code : undefined
}
