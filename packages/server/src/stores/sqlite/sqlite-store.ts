import { randomUUID } from 'node:crypto'
import { asUserId } from '@roomful/protocol'
import { halfMoved, MOVING_FROM } from '../half-moved'
import type { Store } from '../port'
import { integer, text } from '../sql/column'
import { Connection } from './connection'
import { asDamage, checkWhole } from './damage'
import { realPath } from './database-file'
import { deleteRoom, purgeDeleted } from './delete-room'
import { readFacts } from './facts'
import { lockFile } from './file-lock'
import { migrate } from './migrate'
import { sqliteOutbox } from './outbox'
import * as people from './people'
import { ReaderPool } from './reader-pool'
import {
  createRoom,
  endSessions,
  forgetOps,
  forgetUser,
  markRead,
  purge,
  putReport,
  putUser,
  resumeSessions,
  revokeSession,
} from './sqlite-mutations'
import { sqliteReader } from './sqlite-reader'
import { Turns } from './turns'
import { writePlan } from './write-plan'
import { Writer } from './writer'

/**
 * Opens the file, making it and its folder if they are missing. Throws DatabaseInUseError while another server process
 * has it, and DatabaseDamagedError if it is damaged.
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
    checkWhole(path, connection)
    migrate(connection)
    if (connection.get('SELECT 1 FROM meta WHERE key = ?', MOVING_FROM)) throw halfMoved()
    return store(path, connection, introduce(connection), lock)
  } catch (error) {
    connection?.close()
    lock.close()
    throw asDamage(path, error)
  }
}

function store(path: string, connection: Connection, epoch: string, lock: { close(): void }): Store {
  const writer = new Writer(connection)
  const readers = new ReaderPool(path)
  const turns = new Turns()
  let closed = false
  return {
    kind: 'sqlite',
    epoch,
    outbox: sqliteOutbox({
      write: (work) => writer.write(work),
      read: (work) => readers.snapshot(async (db) => work(db)),
    }),

    commit: (roomId, need, decide) =>
      writer.write((db) => {
        const facts = readFacts(db, roomId, need)
        const plan = decide(facts)
        writePlan(db, roomId, facts, plan)
        return plan
      }),

    read: (reads) => readers.snapshot((db) => reads(sqliteReader(db, turns))),

    createRoom: (input) => writer.write((db) => createRoom(db, input)),

    putUser: (user, namedAt = 0, events) => writer.write((db) => putUser(db, user, namedAt, events)),
    markRead: (roomId, userId, seq) => writer.write((db) => markRead(db, roomId, userId, seq)),
    purge: (roomId, belowSeq) => writer.write((db) => purge(db, roomId, belowSeq)),
    deleteRoom: (roomId, by, atMs, events) => writer.write((db) => deleteRoom(db, roomId, by, atMs, events)),
    purgeDeleted: () => writer.write(purgeDeleted),
    forgetOps: (beforeMs) => writer.write((db) => forgetOps(db, beforeMs)),
    invite: (invitations) => writer.write((db) => people.invite(db, invitations)),
    answerInvitation: (userId, roomId, answer) =>
      writer.write((db) => people.answerInvitation(db, userId, roomId, answer)),
    withdrawInvitation: (invitation) => writer.write((db) => people.withdrawInvitation(db, invitation)),
    forgetInvitations: (beforeMs) => writer.write((db) => people.forgetInvitations(db, beforeMs)),
    block: (userId, blockedId, at) => writer.write((db) => people.block(db, userId, blockedId, at)),
    unblock: (userId, blockedId) => writer.write((db) => people.unblock(db, userId, blockedId)),
    hide: (roomId, userId, hidden) => writer.write((db) => people.hide(db, roomId, userId, hidden)),
    putReport: (report, events) => writer.write((db) => putReport(db, report, events)),
    revokeSession: (sid, untilMs) => writer.write((db) => revokeSession(db, sid, untilMs, Date.now())),

    endSessions: (userId, atMs, untilMs) =>
      writer.write((db) => endSessions(db, userId, atMs, untilMs, Date.now())),
    resumeSessions: (userId, atMs) => writer.write((db) => resumeSessions(db, userId, atMs)),
    forgetUser: (userId) => writer.write((db) => forgetUser(db, userId)),
    sessionsEnded: (userIds) =>
      readers.snapshot(async (db) => {
        const rows = db.all(SESSIONS_ENDED, JSON.stringify(userIds), Date.now())
        return new Map(rows.map((row) => [asUserId(text(row, 'user_id')), integer(row, 'at_ms')]))
      }),

    isSessionRevoked: (sid) =>
      readers.snapshot(async (db) => {
        const row = db.get('SELECT 1 FROM revoked_sessions WHERE sid = ? AND until_ms > ?', sid, Date.now())
        return row !== undefined
      }),

    revokedSessions: (sids) =>
      readers.snapshot(async (db) =>
        db.all(REVOKED_AMONG, JSON.stringify(sids), Date.now()).map((row) => text(row, 'sid')),
      ),

    async ping() {
      const at = String(Date.now())
      await writer.write((db) => db.run(PROBE, at))
      await readers.snapshot(async (db) => void db.get("SELECT value FROM meta WHERE key = 'probe'"))
    },

    async close() {
      if (closed) return
      closed = true
      readers.close()
      writer.close()
      lock.close()
    },
  }
}

const REVOKED_AMONG =
  'SELECT sid FROM revoked_sessions WHERE sid IN (SELECT value FROM json_each(?)) AND until_ms > ?'
const PROBE = "INSERT OR REPLACE INTO meta (key, value) VALUES ('probe', ?)"

/** Stores this process's pid in the file, and reads its epoch, which is made with the database. */
function introduce(connection: Connection): string {
  connection.exec('BEGIN IMMEDIATE')
  connection.run("INSERT OR REPLACE INTO meta (key, value) VALUES ('server_pid', ?)", String(process.pid))
  connection.run("INSERT INTO meta (key, value) VALUES ('epoch', ?) ON CONFLICT DO NOTHING", randomUUID())
  // No other process has the file: who leased these is dead.
  connection.run('UPDATE outbox_streams SET lease = NULL, next_at_ms = 0 WHERE lease IS NOT NULL')
  connection.exec('COMMIT')
  const row = connection.get("SELECT value FROM meta WHERE key = 'epoch'")
  if (!row) throw new Error('the database has no epoch')
  return text(row, 'value')
}

const SESSIONS_ENDED = `
  SELECT user_id, at_ms FROM ended_sessions
  WHERE user_id IN (SELECT value FROM json_each(?)) AND until_ms > ?`
