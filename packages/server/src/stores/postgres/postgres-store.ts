import type { RoomId } from '@roomful/protocol'
import type { Facts, Need, Plan } from '../../core/ops'
import { halfMoved, MOVING_FROM } from '../half-moved'
import { type Reader, type Store, StoreError } from '../port'
import { ClientPool } from './client-pool'
import { type DatabaseClient, together } from './database-client'
import { deleteRoom, purgeDeleted } from './delete-room'
import { lockAndRead } from './facts'
import { Lanes } from './lanes'
import { migrate } from './migrate'
import { postgresOutbox } from './outbox'
import * as people from './people'
import { poolingOf } from './pooling'
import { isRetryable } from './postgres-error'
import {
  createRoom,
  endSessions,
  forgetOps,
  forgetUser,
  isSessionRevoked,
  markRead,
  probe,
  putReport,
  putUser,
  resumeSessions,
  revokedSessions,
  revokeSession,
  sessionsEnded,
} from './postgres-mutations'
import { postgresReader } from './postgres-reader'
import { purge } from './purge'
import { writePlan } from './write-plan'

/** More writers would only wait for each other's row locks and fsyncs; the pipeline's batches provide the scaling. */
const WRITERS = 2
const READERS = 8

/**
 * Connects, and migrates the tables to this version. Any number of servers share one database, also through poolers.
 * `?schema=name` in the URL puts the tables into that schema.
 *
 * @example
 * const store = await openPostgresStore('postgres://roomful@localhost/roomful')
 */
export async function openPostgresStore(url: string): Promise<Store> {
  const pooling = await poolingOf(url)
  // Another node may be migrating, or the migration may be long: neither is a reason to give up.
  const migrator = new ClientPool(url, { max: 1, noTimeouts: true, pooling })
  try {
    const epoch = await migrator.lend(async (client) => {
      const migrated = await migrate(client)
      const moving = await client.query('SELECT 1 FROM meta WHERE key = $1', MOVING_FROM)
      if (moving.length > 0) throw halfMoved()
      return migrated.epoch
    })
    const pool = (max: number) => new ClientPool(url, { max, pooling })
    return storeOn({ writers: pool(WRITERS), readers: pool(READERS) }, epoch)
  } finally {
    await migrator.close()
  }
}

/** Statements that a commit sends beside its plan's, in its transaction. */
export type Beside = (client: DatabaseClient, roomId: RoomId, plan: Plan) => readonly Promise<unknown>[]

/** On existing tables. */
export function storeOn(
  { writers, readers }: { writers: ClientPool; readers: ClientPool },
  epoch: string,
  beside: Beside = () => [],
): Store {
  const lanes = new Lanes()
  let closing: Promise<unknown> | undefined
  const lend = <T>(pool: ClientPool, work: (client: DatabaseClient) => Promise<T>): Promise<T> =>
    closing ? Promise.reject(new StoreError('UNAVAILABLE', 'the store is closed')) : pool.lend(work)
  return {
    kind: 'postgres',
    epoch,
    outbox: postgresOutbox((work) => lend(readers, work)),
    async commit(roomId, need, decide) {
      const attempt = (): Promise<Plan> =>
        lend(writers, (client) => commit(client, roomId, need, decide, beside))
      try {
        return await attempt()
      } catch (error) {
        if (!isRetryable(error)) throw error
        return attempt()
      }
    },
    read: (reads) => lend(readers, (client) => snapshot(client, reads)),
    createRoom: (input) => lend(readers, (client) => createRoom(client, input)),
    putUser: (user, namedAt = 0, events) => lend(readers, (client) => putUser(client, user, namedAt, events)),
    markRead: (roomId, userId, seq) => lend(readers, (client) => markRead(client, roomId, userId, seq)),
    purge: (roomId, belowSeq) => lend(writers, (client) => purge(client, roomId, belowSeq)),
    deleteRoom: (roomId, by, atMs, events) =>
      lend(writers, (client) => deleteRoom(client, roomId, by, atMs, events)),
    purgeDeleted: () => lend(readers, purgeDeleted),
    forgetOps: (beforeMs) => lend(readers, (client) => forgetOps(client, beforeMs)),
    invite: (invitations) =>
      lanes.run(invitations.inviterId, () => lend(readers, (client) => people.invite(client, invitations))),
    answerInvitation: (userId, roomId, answer) =>
      lend(readers, (client) => people.answerInvitation(client, userId, roomId, answer)),
    withdrawInvitation: (invitation) =>
      lend(readers, (client) => people.withdrawInvitation(client, invitation)),
    forgetInvitations: (beforeMs) => lend(readers, (client) => people.forgetInvitations(client, beforeMs)),
    block: (userId, blockedId, at) =>
      lanes.run(userId, () => lend(readers, (client) => people.block(client, userId, blockedId, at))),
    unblock: (userId, blockedId) => lend(readers, (client) => people.unblock(client, userId, blockedId)),
    hide: (roomId, userId, hidden) => lend(readers, (client) => people.hide(client, roomId, userId, hidden)),
    putReport: (report, events) => lend(readers, (client) => putReport(client, report, events)),
    revokeSession: (sid, untilMs) =>
      lend(readers, (client) => revokeSession(client, sid, untilMs, Date.now())),
    endSessions: (userId, atMs, untilMs) =>
      lend(readers, (client) => endSessions(client, userId, { atMs, untilMs, nowMs: Date.now() })),
    resumeSessions: (userId, atMs) => lend(readers, (client) => resumeSessions(client, userId, atMs)),
    forgetUser: (userId) => lend(readers, (client) => forgetUser(client, userId)),
    sessionsEnded: (userIds) => lend(readers, (client) => sessionsEnded(client, userIds, Date.now())),
    isSessionRevoked: (sid) => lend(readers, (client) => isSessionRevoked(client, sid, Date.now())),
    revokedSessions: (sids) => lend(readers, (client) => revokedSessions(client, sids, Date.now())),
    async ping() {
      await lend(writers, (client) => probe(client, Date.now()))
      await lend(readers, (client) => client.query(`SELECT value FROM meta WHERE key = 'probe'`))
    },
    async close() {
      closing ??= Promise.all([writers.close(), readers.close()])
      await closing
    },
  }
}

/** Two round trips: begin, lock and read; write and commit. */
async function commit(
  client: DatabaseClient,
  roomId: RoomId,
  need: Need,
  decide: (facts: Facts) => Plan,
  beside: Beside,
): Promise<Plan> {
  const facts = await lockAndRead(client, roomId, need)
  const plan = decide(facts)
  const written = writePlan(client, roomId, facts, plan)
  const more = written.length > 0 ? beside(client, roomId, plan) : []
  // COMMIT is sent along: after a failed write it rolls back, and the write's error is the answer.
  await together(...written, ...more, client.query('COMMIT'))
  return plan
}

async function snapshot<T>(client: DatabaseClient, reads: (reader: Reader) => Promise<T>): Promise<T> {
  // Sent without waiting, together with the first read.
  const begun = client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  const [result] = await together(reads(postgresReader(client)), begun)
  await client.query('COMMIT')
  return result
}
