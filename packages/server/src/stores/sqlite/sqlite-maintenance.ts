import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Migrated } from '../maintenance'
import { integer } from '../sql/column'
import { Connection } from './connection'
import { asDamage, DatabaseDamagedError } from './damage'
import { OWNER_ONLY, realPath, syncFolders } from './database-file'
import { lockFile } from './file-lock'
import { migrate } from './migrate'
import { MIGRATIONS } from './migrations'

// Maintenance of a database file. All but a backup need it closed by servers.

export function migrateFile(file: string): Migrated {
  return alone(file, (connection) => migrate(connection))
}

/** May run beside a server, as a backup. */
export function versionsOfFile(file: string): Migrated {
  const path = resolve(file)
  if (!existsSync(path)) throw new Error(`${path} is not there`)
  const connection = new Connection(path)
  try {
    const table = connection.get("SELECT 1 FROM sqlite_master WHERE name = 'schema_version'")
    const row = table && connection.get('SELECT coalesce(max(version), 0) AS version FROM schema_version')
    return { from: row ? integer(row, 'version') : 0, to: MIGRATIONS.length }
  } finally {
    connection.close()
  }
}

export function renewFileEpoch(file: string): string {
  return alone(file, (connection) => {
    migrate(connection)
    return putEpoch(connection)
  })
}

/** May run beside a server: it reads one snapshot, and neither it nor the writer waits for the other. */
export function backupFile(file: string, copy: string): void {
  const [from, to] = [resolve(file), resolve(copy)]
  if (!existsSync(from)) throw new Error(`${from} is not there`)
  if (existsSync(to)) throw new Error(`${to} is there already`)
  const connection = new Connection(from)
  try {
    connection.run('VACUUM INTO ?', to)
  } finally {
    connection.close()
  }
  chmodSync(to, OWNER_ONLY)
  sync(to)
}

/** The copy is checked first, then renamed, so that at any moment there is either the old database or the new one. */
export function restoreFile(file: string, copy: string): { kept: string | undefined } {
  const [path, from] = [resolve(file), resolve(copy)]
  if (!existsSync(from)) throw new Error(`${from} is not there`)
  const there = existsSync(path)
  const target = there ? realPath(path) : path
  mkdirSync(dirname(target), { recursive: true })
  const lock = lockFile(target)
  const [fresh, kept] = [`${target}.restoring`, `${target}.before-${randomUUID().slice(0, 8)}`]
  try {
    rmSync(fresh, { force: true })
    copyFileSync(from, fresh)
    prepare(fresh)
    sync(fresh)
    if (there) {
      // Its log belongs to it: it is written into it before the name is reused.
      const isFolded = foldLog(target)
      linkSync(target, kept)
      // What a damaged file's log holds stays with it, for `.recover`.
      if (!isFolded && existsSync(`${target}-wal`)) renameSync(`${target}-wal`, `${kept}-wal`)
    }
    for (const log of ['-wal', '-shm']) rmSync(`${target}${log}`, { force: true })
    renameSync(fresh, target)
    syncFolders(dirname(target), dirname(target))
    return { kept: there ? kept : undefined }
  } finally {
    for (const end of ['', '-wal', '-shm']) rmSync(`${fresh}${end}`, { force: true })
    lock.close()
  }
}

/** Writes the log into the file. False: the file is damaged, and its log stays as it is. */
function foldLog(path: string): boolean {
  let old: Connection | undefined
  try {
    old = new Connection(path)
    emptyLog(old)
    return true
  } catch (error) {
    if (asDamage(path, error) instanceof DatabaseDamagedError) return false
    throw error
  } finally {
    old?.close()
  }
}

/** Makes the copy ready: whole, with this version's tables, and under a new epoch. */
function prepare(file: string): void {
  const connection = new Connection(file)
  try {
    const verdict = connection.get('PRAGMA quick_check')?.quick_check
    if (verdict !== 'ok') throw new Error(`the copy is damaged: ${String(verdict)}`)
    if (!connection.get("SELECT 1 FROM sqlite_master WHERE name = 'room_heads'"))
      throw new Error('the copy is no database of Roomful')
    migrate(connection)
    putEpoch(connection)
    emptyLog(connection)
  } finally {
    connection.close()
  }
}

/** Moves everything from the log into the file, so that the log can be left behind. */
function emptyLog(connection: Connection): void {
  const busy = connection.get('PRAGMA wal_checkpoint(TRUNCATE)')?.busy
  if (busy !== 0) throw new Error('another program is reading the database')
}

function putEpoch(connection: Connection): string {
  const epoch = randomUUID()
  connection.run("INSERT OR REPLACE INTO meta (key, value) VALUES ('epoch', ?)", epoch)
  return epoch
}

function alone<T>(file: string, work: (connection: Connection) => T): T {
  const path = realPath(file)
  const lock = lockFile(path)
  try {
    const connection = new Connection(path)
    try {
      return work(connection)
    } finally {
      connection.close()
    }
  } finally {
    lock.close()
  }
}

function sync(file: string): void {
  const handle = openSync(file, 'r+')
  fsyncSync(handle)
  closeSync(handle)
}
