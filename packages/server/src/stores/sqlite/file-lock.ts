import { existsSync, statSync } from 'node:fs'
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
 *
 * Somebody may have removed that file while a server holds it, and a new one says nothing: then the database itself is asked
 * whether any connection is open on it.
 */
export function lockFile(path: string): { close(): void } {
  checkNames(path)
  const isNew = !existsSync(`${path}-lock`)
  const lock = new Database(`${path}-lock`, { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if (!(error instanceof Database.SqliteError) || !error.code.startsWith('SQLITE_BUSY')) throw error
    throw new DatabaseInUseError(path, ownerOf(path), { cause: error })
  }
  if (isNew && isOpen(path)) {
    lock.close()
    throw new DatabaseInUseError(path, ownerOf(path))
  }
  return { close: () => void lock.close() }
}

/**
 * The log of a database stands beside one of its names: under another name its messages would not be there, and a second
 * server could not see the first.
 */
function checkNames(path: string): void {
  const names = existsSync(path) ? statSync(path).nlink : 1
  if (names > 1)
    throw new Error(
      `${path} has ${names} names (hard links): what is in its log would be lost under another one; remove the others, or serve a copy that \`roomful backup\` has made`,
    )
}

/** A file can leave write-ahead mode only while nobody else has it open: the lock for it is of the file, not of its name. */
function isOpen(path: string): boolean {
  if (!existsSync(path) || statSync(path).size === 0) return false
  const db = new Database(path, { timeout: 0 })
  try {
    db.exec('PRAGMA journal_mode = DELETE')
    return false
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return true
    // A damaged file: whoever opens it next says so.
    return false
  } finally {
    db.close()
  }
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
