import Database from 'libsql'
import { StoreError } from '../port'

/**
 * SQLite's own failures as the port's: a full disk, or a file that cannot be had for now. Anything else (a broken
 * constraint, wrong SQL, a damaged file) is a bug or beyond help, and UNAVAILABLE too: the cause says which.
 */
export function toStoreError(error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error
  const full = error.code.startsWith('SQLITE_FULL')
  return new StoreError(full ? 'STORAGE_FULL' : 'UNAVAILABLE', `SQLite: ${error.code}`, { cause: error })
}
