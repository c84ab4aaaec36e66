import type { RoomId } from '@roomful/protocol'
import type { Facts, Need, Plan } from '../../core/ops'
import { type Reader, type Store, StoreError } from '../port'
import { deleteRoom, purgeDeleted } from './delete-room'
import { lockAndRead } from './facts'
import { Lanes } from './lanes'
import { migrate } from './migrate'
import * as people from './people'
import { poolingOf } from './pooling'
import { isRetryable } from './postgres-error'
import { postgresReader } from './postgres-reader'
import { purge } from './purge'
import { type Session, together } from './session'
import { SessionPool } from './session-pool'
import {
  createRoom,
  endSessions,
  forgetOps,
  isSessionRevoked,
  markRead,
  probe,
  putReport,
  putUser,
  revokedSessions,
  revokeSession,
  sessionsEnded,
} from './small-writes'
import { writePlan } from './write-plan'

/** More writers would only wait for each other's row locks and fsyncs; the pipeline's batches are what scales. */
const WRITERS = 2
const READERS = 8

/**
 * Connects, and brings the tables to this version. Any number of servers share one database; poolers may stand in between.
 * `?schema=name` in the URL puts the tables into that schema.
 *
 * @example
 * const store = await openPostgresStore('postgres://roomful@localhost/roomful')
 */
export async function openPostgresStore(url: string): Promise<Store> {
  const pooling = await poolingOf(url)
  // Another node may be migrating, or there may be much to change: neither is a reason to give up.
  const migrator = new SessionPool(url, { max: 1, patient: true, pooling })
  try {
    const { epoch } = await migrator.lend((session) => migrate(session))
    const pool = (max: number) => new SessionPool(url, { max, pooling })
    return storeOn({ writers: pool(WRITERS), readers: pool(READERS) }, epoch)
  } finally {
    await migrator.close()
  }
}

/** Statements that a commit sends beside its plan's, in its transaction. */
export type Beside = (session: Session, roomId: RoomId, plan: Plan) => readonly Promise<unknown>[]

/** On tables that are there. */
export function storeOn(
  { writers, readers }: { writers: SessionPool; readers: SessionPool },
  epoch: string,
  beside: Beside = () => [],
): Store {
  const lanes = new Lanes()
  let closing: Promise<unknown> | undefined
  const lend = <T>(pool: SessionPool, work: (session: Session) => Promise<T>): Promise<T> =>
    closing ? Promise.reject(new StoreError('UNAVAILABLE', 'the store is closed')) : pool.lend(work)
  return {
    kind: 'postgres',
    epoch,
    async commit(roomId, need, decide) {
      const attempt = (): Promise<Plan> =>
        lend(writers, (session) => commit(session, roomId, need, decide, beside))
      try {
        return await attempt()
      } catch (error) {
        if (!isRetryable(error)) throw error
        return attempt()
      }
    },
    read: (reads) => lend(readers, (session) => snapshot(session, reads)),
    createRoom: (input) => lend(readers, (session) => createRoom(session, input)),
    putUser: (user, namedAt = 0) => lend(readers, (session) => putUser(session, user, namedAt)),
    markRead: (roomId, userId, seq) => lend(readers, (session) => markRead(session, roomId, userId, seq)),
    purge: (roomId, belowSeq) => lend(writers, (session) => purge(session, roomId, belowSeq)),
    deleteRoom: (roomId, by, atMs) => lend(writers, (session) => deleteRoom(session, roomId, by, atMs)),
    purgeDeleted: () => lend(readers, purgeDeleted),
    forgetOps: (beforeMs) => lend(readers, (session) => forgetOps(session, beforeMs)),
    invite: (invitations) =>
      lanes.run(invitations.inviterId, () => lend(readers, (session) => people.invite(session, invitations))),
    answerInvitation: (userId, roomId, answer) =>
      lend(readers, (session) => people.answerInvitation(session, userId, roomId, answer)),
    forgetInvitations: (beforeMs) => lend(readers, (session) => people.forgetInvitations(session, beforeMs)),
    block: (userId, blockedId, at) =>
      lanes.run(userId, () => lend(readers, (session) => people.block(session, userId, blockedId, at))),
    unblock: (userId, blockedId) => lend(readers, (session) => people.unblock(session, userId, blockedId)),
    hide: (roomId, userId, hidden) =>
      lend(readers, (session) => people.hide(session, roomId, userId, hidden)),
    putReport: (report) => lend(readers, (session) => putReport(session, report)),
    revokeSession: (sid, untilMs) =>
      lend(readers, (session) => revokeSession(session, sid, untilMs, Date.now())),
    endSessions: (userId, atMs, untilMs) =>
      lend(readers, (session) => endSessions(session, userId, { atMs, untilMs, nowMs: Date.now() })),
    sessionsEnded: (userIds) => lend(readers, (session) => sessionsEnded(session, userIds, Date.now())),
    isSessionRevoked: (sid) => lend(readers, (session) => isSessionRevoked(session, sid, Date.now())),
    revokedSessions: (sids) => lend(readers, (session) => revokedSessions(session, sids, Date.now())),
    async ping() {
      await lend(writers, (session) => probe(session, Date.now()))
      await lend(readers, (session) => session.query(`SELECT value FROM meta WHERE key = 'probe'`))
    },
    async close() {
      closing ??= Promise.all([writers.close(), readers.close()])
      await closing
    },
  }
}

/** Two round trips: begin, lock and read; write and commit. */
async function commit(
  session: Session,
  roomId: RoomId,
  need: Need,
  decide: (facts: Facts) => Plan,
  beside: Beside,
): Promise<Plan> {
  const facts = await lockAndRead(session, roomId, need)
  const plan = decide(facts)
  const written = writePlan(session, roomId, facts, plan)
  const more = written.length > 0 ? beside(session, roomId, plan) : []
  // COMMIT is sent along: after a failed write it rolls back, and the write's error is the answer.
  await together(...written, ...more, session.query('COMMIT'))
  return plan
}

async function snapshot<T>(session: Session, reads: (reader: Reader) => Promise<T>): Promise<T> {
  // Sent without waiting: the first read goes along with it.
  const begun = session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  const [result] = await together(reads(postgresReader(session)), begun)
  await session.query('COMMIT')
  return result
}
