import { existsSync, statSync } from 'node:fs'
import Database from 'libsql'

/** Another server process has the database file: two would each assume that they hold the room's lock. */
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
 * Locks `path` for this process until `close`, or throws DatabaseInUseError. An open exclusive transaction on an empty
 * file beside it: the operating system drops it with the process, so a kill -9 leaves nothing to clean up. A file with
 * a pid would need a staleness check, and pids are reused. A lock on the database itself would exclude this process's
 * readers, and a backup.
 *
 * If that file was removed while a server holds it, a new one shows nothing: then the database is checked for open
 * connections.
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
 * A database's log lies beside one of its names: under another name its messages would be missing, and a second server
 * would not see the first.
 */
function checkNames(path: string): void {
  const names = existsSync(path) ? statSync(path).nlink : 1
  if (names > 1)
    throw new Error(
      `${path} has ${names} names (hard links): what is in its log would be lost under another one; remove the others, or serve a copy that \`roomful backup\` has made`,
    )
}

/**
 * A file can leave write-ahead mode only while no other connection has it open: that lock belongs to the file, not to
 * its name.
 */
function isOpen(path: string): boolean {
  if (!existsSync(path) || statSync(path).size === 0) return false
  const db = new Database(path, { timeout: 0 })
  try {
    db.exec('PRAGMA journal_mode = DELETE')
    return false
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return true
    // A damaged file: the next open reports it.
    return false
  } finally {
    db.close()
  }
}

/** The lock's holder stores its pid in the database; used for the message only. */
function ownerOf(path: string): number | undefined {
  if (!existsSync(path)) return undefined
  const db = new Database(path, { timeout: 100 })
  try {
    const row = db.prepare<unknown[][]>("SELECT value FROM meta WHERE key = 'server_pid'").get([])
    return typeof row === 'object' && row !== null && 'value' in row ? Number(row.value) : undefined
  } catch {
    // No table yet: the other process is still making it. The refusal is given without the pid.
    return undefined
  } finally {
    db.close()
  }
}
