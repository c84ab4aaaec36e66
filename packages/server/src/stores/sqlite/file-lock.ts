import { existsSync } from 'node:fs'
import Database from 'libsql'

/** The database file belongs to another server process: two would each believe to hold the room's lock. */
export class DatabaseInUseError extends Error {
  override readonly name = 'DatabaseInUseError'
  readonly code = 'DATABASE_IN_USE'
  constructor(
    readonly path: string,
    /** Undefined where it could not be read. */
    readonly pid: number | undefined,
    options?: { cause?: unknown },
  ) {
    const who = pid === undefined ? '' : ` (pid ${pid})`
    super(`${path} is in use by another server process${who}`, options)
  }
}

/**
 * Takes `path` for this process until `close`, or throws DatabaseInUseError. An open exclusive transaction on an
 * empty file beside it: the operating system drops it with the process, so a kill -9 leaves nothing to clean up. A
 * file with a pid in it would have to be judged stale, and pids are used again. Not a lock on the database itself:
 * that would keep this process's readers out, and a backup.
 */
export function lockFile(path: string): { close(): void } {
  const lock = new Database(`${path}-lock`, { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if (!(error instanceof Database.SqliteError) || !error.code.startsWith('SQLITE_BUSY')) throw error
    throw new DatabaseInUseError(path, ownerOf(path), { cause: error })
  }
  return { close: () => void lock.close() }
}

/** The holder of the lock leaves its pid in the database; only for the message. */
function ownerOf(path: string): number | undefined {
  if (!existsSync(path)) return undefined
  const db = new Database(path, { timeout: 100 })
  try {
    const row = db.prepare<unknown[][]>("SELECT value FROM meta WHERE key = 'server_pid'").get([])
    return typeof row === 'object' && row !== null && 'value' in row ? Number(row.value) : undefined
  } catch {
    // No table yet: the other process is still making it. The refusal stands without its number.
    return undefined
  } finally {
    db.close()
  }
}
