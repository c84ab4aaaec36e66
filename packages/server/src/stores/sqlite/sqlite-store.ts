import { randomUUID } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Store } from '../port'
import { text } from '../sql/column'
import { Connection } from './connection'
import { readFacts } from './facts'
import { lockFile } from './file-lock'
import { migrate } from './migrate'
import { ReaderPool } from './reader-pool'
import { createRoom, markRead, purge, putReport, putUser, revokeSession } from './small-writes'
import { sqliteReader } from './sqlite-reader'
import { writePlan } from './write-plan'
import { Writer } from './writer'

const OWNER_ONLY = 0o600

/**
 * Opens the file, making it and its folder where they are missing. Throws DatabaseInUseError while another server
 * process has it.
 *
 * @example
 * const store = await openSqliteStore('./data/roomful.db')
 */
export async function openSqliteStore(file: string): Promise<Store> {
  const path = realPath(file)
  const lock = lockFile(path)
  let connection: Connection | undefined
  try {
    connection = new Connection(path)
    migrate(connection)
    return store(path, connection, introduce(connection), lock)
  } catch (error) {
    connection?.close()
    lock.close()
    throw error
  }
}

function store(path: string, connection: Connection, epoch: string, lock: { close(): void }): Store {
  const writer = new Writer(connection)
  const readers = new ReaderPool(path)
  let closed = false
  return {
    kind: 'sqlite',
    epoch,

    commit: (roomId, need, decide) =>
      writer.write((db) => {
        const facts = readFacts(db, roomId, need)
        const plan = decide(facts)
        writePlan(db, roomId, facts, plan)
        return plan
      }),

    read: (reads) => readers.snapshot((db) => reads(sqliteReader(db))),

    createRoom: (input) => writer.write((db) => createRoom(db, input)),

    putUser: (user) => writer.write((db) => putUser(db, user)),
    markRead: (roomId, userId, seq) => writer.write((db) => markRead(db, roomId, userId, seq)),
    purge: (roomId, belowSeq) => writer.write((db) => purge(db, roomId, belowSeq)),
    putReport: (report) => writer.write((db) => putReport(db, report)),
    revokeSession: (sid, untilMs) => writer.write((db) => revokeSession(db, sid, untilMs, Date.now())),

    isSessionRevoked: (sid) =>
      readers.snapshot(async (db) => {
        const row = db.get('SELECT 1 FROM revoked_sessions WHERE sid = ? AND until_ms > ?', sid, Date.now())
        return row !== undefined
      }),

    ping: () => readers.snapshot(async (db) => void db.get('SELECT value FROM meta LIMIT 1')),

    async close() {
      if (closed) return
      closed = true
      readers.close()
      writer.close()
      lock.close()
    },
  }
}

/** The same file has the same lock, by whichever link it is reached. Made here if need be, for its owner's eyes only. */
function realPath(file: string): string {
  const path = resolve(file)
  const made = mkdirSync(dirname(path), { recursive: true })
  if (made !== undefined) syncFolders(dirname(path), dirname(made))
  // Not when it is there: closing any handle of a file drops all locks that this process has on it.
  if (!existsSync(path)) closeSync(openSync(path, 'a', OWNER_ONLY))
  return realpathSync(path)
}

/** Without it a power cut could take a new folder, and the database in it, whatever was synced inside (P1). */
function syncFolders(from: string, upTo: string): void {
  // Windows keeps its folders by itself, and refuses to sync one.
  if (process.platform === 'win32') return
  for (let folder = from; ; folder = dirname(folder)) {
    const handle = openSync(folder, 'r')
    fsyncSync(handle)
    closeSync(handle)
    if (folder === upTo) return
  }
}

/** Says who has the file, and learns whose history it is: the epoch is made with the database. */
function introduce(connection: Connection): string {
  connection.exec('BEGIN IMMEDIATE')
  connection.run("INSERT OR REPLACE INTO meta (key, value) VALUES ('server_pid', ?)", String(process.pid))
  connection.run("INSERT INTO meta (key, value) VALUES ('epoch', ?) ON CONFLICT DO NOTHING", randomUUID())
  connection.exec('COMMIT')
  const row = connection.get("SELECT value FROM meta WHERE key = 'epoch'")
  if (!row) throw new Error('the database has no epoch')
  return text(row, 'value')
}
