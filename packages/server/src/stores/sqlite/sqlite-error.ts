import Database from 'libsql'
import { StoreError, type StoreErrorCode } from '../port'

/** The rows are always refused for their content. */
const REFUSED = /^SQLITE_(?:TOOBIG|MISMATCH|CONSTRAINT_(?:CHECK|NOTNULL|DATATYPE))/

/**
 * SQLite's own failures as the port's: a full disk, rows that it never accepts, or a file that is unavailable for now.
 * Anything else (wrong SQL, a damaged file) is a bug or beyond repair, and UNAVAILABLE too: the cause says which.
 */
export function toStoreError(error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error
  return new StoreError(codeOf(error.code), `SQLite: ${error.code}`, { cause: error })
}

function codeOf(state: string): StoreErrorCode {
  if (state.startsWith('SQLITE_FULL')) return 'STORAGE_FULL'
  return REFUSED.test(state) ? 'INVALID_PAYLOAD' : 'UNAVAILABLE'
}
