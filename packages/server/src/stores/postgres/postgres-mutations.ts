import { asUserId, LIMITS, type Report, type RoomId, type UserId } from '@roomful/protocol'
import type { OutboxEvent } from '../../core/ops'
import { countPresent } from '../../core/present'
import { type PutUser, putOver, roomWasDeleted, type Store, type UserToPut } from '../port'
import { flag, integer, text } from '../sql/column'
import { FORGET_OPS_STEP } from '../sql/forget-ops-step'
import { roomFrom, userFrom } from '../sql/rows'
import { type DatabaseClient, together } from './database-client'
import { SELECT_ROOM } from './facts'
import { keepEvents } from './outbox'
import { DM, PRESENT, UNREAD, USER } from './queries'
import { upsertMembers } from './write-plan'

// All writes besides plans. Single statements, each in its own transaction, except createRoom.

type NewRoom = Parameters<Store['createRoom']>[0]
type Created = Awaited<ReturnType<Store['createRoom']>>
type Marked = Awaited<ReturnType<Store['markRead']>>

const INSERT_DM = {
  name: 'insert-dm',
  text: 'INSERT INTO dm_rooms (dm_key, room_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING room_id',
}
const INSERT_ROOM = {
  name: 'insert-room',
  text: `INSERT INTO rooms (id, name, name_search, type, created_by, created_at, metadata, settings, kind)
    SELECT $1, $2, $3, $4, $5, $6::timestamptz, $7::json, $8::json, $9
    WHERE NOT EXISTS (SELECT 1 FROM deleted_rooms WHERE room_id = $1)
    ON CONFLICT DO NOTHING RETURNING id`,
}
const INSERT_HEAD = {
  name: 'insert-head',
  text: 'INSERT INTO room_heads (room_id, last_seq, rev) VALUES ($1, $2, $3)',
}

/** An insert that conflicts with another waits for its commit, and then finds the existing room. */
export async function createRoom(
  client: DatabaseClient,
  { room, members, dmKey, outbox = [] }: NewRoom,
): Promise<Created> {
  await client.query('BEGIN')
  if (dmKey !== undefined && (await client.query(INSERT_DM, dmKey, room.id)).length === 0) {
    const [dm] = await client.query(DM, dmKey)
    return existing(client, dm ? text(dm, 'room_id') : room.id)
  }
  const inserted = await client.query(
    INSERT_ROOM,
    room.id,
    room.name,
    room.name.toLowerCase(),
    room.type,
    room.createdBy,
    room.createdAt,
    JSON.stringify(room.metadata),
    JSON.stringify(room.settings),
    room.kind ?? null,
  )
  if (inserted.length === 0) return existing(client, room.id)
  await together(
    client.query(INSERT_HEAD, room.id, room.lastSeq, room.rev),
    upsertMembers(client, members),
    ...keepEvents(client, outbox),
    client.query('COMMIT'),
  )
  return { room: { ...room, memberCount: countPresent(members) }, created: true }
}

async function existing(client: DatabaseClient, roomId: string): Promise<Created> {
  const [[row]] = await together(client.query(SELECT_ROOM, roomId), client.query('ROLLBACK'))
  if (!row) throw roomWasDeleted()
  return { room: roomFrom(row), created: false }
}

const PUT_USER = {
  name: 'put-user',
  // Runs at every sign-in, and the profile is almost never new: no change writes nothing. $5: the picture is given.
  text: `INSERT INTO users AS held (id, name, named_at, avatar_url) SELECT $1, $2, $3, $4
    WHERE NOT EXISTS (
      SELECT 1 FROM users WHERE id = $1
        AND (named_at > $3 OR (name = $2 AND (NOT $5::boolean OR avatar_url IS NOT DISTINCT FROM $4)))
    )
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, named_at = excluded.named_at,
      avatar_url = CASE WHEN $5::boolean THEN excluded.avatar_url ELSE held.avatar_url END
      WHERE held.named_at <= excluded.named_at
    RETURNING (xmax = 0) AS is_new`,
}

export async function putUser(
  client: DatabaseClient,
  user: UserToPut,
  namedAt: number,
  events: readonly OutboxEvent[] = [],
): Promise<PutUser> {
  const begun = events.length > 0 ? [client.query('BEGIN')] : []
  const [[put], [held]] = await together(
    client.query(PUT_USER, user.id, user.name, namedAt, user.avatarUrl ?? null, user.avatarUrl !== undefined),
    client.query(USER, user.id),
    ...begun,
  )
  const isNew = put !== undefined && flag(put, 'is_new')
  if (events.length > 0) await together(...(isNew ? keepEvents(client, events) : []), client.query('COMMIT'))
  return { ...(held ? userFrom(held) : putOver(undefined, user)), ...(isNew ? { isNew } : {}) }
}

/**
 * Forward only, and never past the head (I6). Without the room's lock, which senders need: the head only grows, and two
 * devices of one user meet at the row, where the second one's condition is checked again.
 */
const MARK_READ = {
  name: 'mark-read',
  text: `UPDATE room_members AS member SET last_read_seq = least($3, head.last_seq)
    FROM room_heads AS head
    WHERE head.room_id = $1 AND member.room_id = $1 AND member.user_id = $2 AND ${PRESENT}
      AND member.last_read_seq < least($3, head.last_seq)
    RETURNING member.last_read_seq`,
}
const READ_CURSOR = {
  name: 'read-cursor',
  text: `SELECT last_read_seq FROM room_members WHERE room_id = $1 AND user_id = $2 AND ${PRESENT}
    AND EXISTS (SELECT 1 FROM room_heads WHERE room_id = $1)`,
}

export async function markRead(
  client: DatabaseClient,
  roomId: RoomId,
  userId: UserId,
  seq: number,
): Promise<Marked> {
  const [, [cursor], [counted]] = await together(
    client.query(MARK_READ, roomId, userId, seq),
    client.query(READ_CURSOR, roomId, userId),
    client.query(UNREAD, LIMITS.unreadCap, [roomId], userId),
  )
  if (!cursor) return undefined
  return { seq: integer(cursor, 'last_read_seq'), unread: counted ? integer(counted, 'counted') : 0 }
}

const PUT_REPORT = {
  name: 'put-report',
  text: `INSERT INTO reports
      (room_id, id, message_id, reporter_id, reason, created_at, resolved_at, resolved_by, resolution)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (room_id, id) DO UPDATE SET message_id = excluded.message_id, reporter_id = excluded.reporter_id,
      reason = excluded.reason, created_at = excluded.created_at, resolved_at = excluded.resolved_at,
      resolved_by = excluded.resolved_by, resolution = excluded.resolution`,
}

export async function putReport(
  client: DatabaseClient,
  report: Report,
  events: readonly OutboxEvent[] = [],
): Promise<void> {
  const begun = events.length > 0 ? [client.query('BEGIN')] : []
  const put = client.query(
    PUT_REPORT,
    report.roomId,
    report.id,
    report.messageId,
    report.reporterId,
    report.reason,
    report.createdAt,
    report.resolvedAt,
    report.resolvedBy,
    report.resolution,
  )
  const kept = keepEvents(client, events)
  await together(...begun, put, ...kept, ...(events.length > 0 ? [client.query('COMMIT')] : []))
}

/** By the index of ages, where old ones come first. Two nodes at once each take what the other leaves. */
export const FORGET_OPS = {
  name: 'forget-ops',
  text: `DELETE FROM op_ids USING (
      SELECT room_id, user_id, op_id FROM op_ids WHERE created_at < $1 ORDER BY created_at LIMIT $2
      FOR UPDATE SKIP LOCKED
    ) AS old
    WHERE op_ids.room_id = old.room_id AND op_ids.user_id = old.user_id AND op_ids.op_id = old.op_id
    RETURNING 1`,
}

export async function forgetOps(client: DatabaseClient, beforeMs: number): Promise<number> {
  return (await client.query(FORGET_OPS, new Date(beforeMs).toISOString(), FORGET_OPS_STEP)).length
}

const FORGET_SESSIONS = {
  name: 'forget-sessions',
  text: 'DELETE FROM revoked_sessions WHERE until_ms <= $1',
}
const REVOKE_SESSION = {
  name: 'revoke-session',
  text: `INSERT INTO revoked_sessions AS held (sid, until_ms) VALUES ($1, $2)
    ON CONFLICT (sid) DO UPDATE SET until_ms = greatest(held.until_ms, excluded.until_ms)`,
}
const SESSION_REVOKED = {
  name: 'session-revoked',
  text: 'SELECT 1 FROM revoked_sessions WHERE sid = $1 AND until_ms > $2',
}

const REVOKED_SESSIONS = {
  name: 'revoked-sessions',
  text: 'SELECT sid FROM revoked_sessions WHERE sid = ANY($1::text[]) AND until_ms > $2',
}
const PROBE = {
  name: 'probe',
  text: `INSERT INTO meta (key, value) VALUES ('probe', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
}

export async function revokedSessions(
  client: DatabaseClient,
  sids: readonly string[],
  nowMs: number,
): Promise<readonly string[]> {
  return (await client.query(REVOKED_SESSIONS, sids, nowMs)).map((row) => text(row, 'sid'))
}

/** A durable write: a database that only accepts reads is not ready. */
export async function probe(client: DatabaseClient, nowMs: number): Promise<void> {
  await client.query(PROBE, String(nowMs))
}

const FORGET_ENDED = { name: 'forget-ended', text: 'DELETE FROM ended_sessions WHERE until_ms <= $1' }
const END_SESSIONS = {
  name: 'end-sessions',
  text: `INSERT INTO ended_sessions AS held (user_id, at_ms, until_ms) VALUES ($1, $2, $3)
    ON CONFLICT (user_id) DO UPDATE SET at_ms = excluded.at_ms, until_ms = excluded.until_ms
    WHERE held.at_ms <= excluded.at_ms`,
}
const SESSIONS_ENDED = {
  name: 'sessions-ended',
  text: 'SELECT user_id, at_ms FROM ended_sessions WHERE user_id = ANY($1::text[]) AND until_ms > $2',
}

export async function endSessions(
  client: DatabaseClient,
  userId: UserId,
  { atMs, untilMs, nowMs }: { atMs: number; untilMs: number; nowMs: number },
): Promise<void> {
  await together(client.query(FORGET_ENDED, nowMs), client.query(END_SESSIONS, userId, atMs, untilMs))
}

const RESUME_SESSIONS = {
  name: 'resume-sessions',
  text: 'UPDATE ended_sessions SET at_ms = least(at_ms, $2) WHERE user_id = $1',
}
const FORGET_USER = { name: 'forget-user', text: 'DELETE FROM users WHERE id = $1' }

export async function resumeSessions(client: DatabaseClient, userId: UserId, atMs: number): Promise<void> {
  await client.query(RESUME_SESSIONS, userId, atMs)
}

export async function forgetUser(client: DatabaseClient, userId: UserId): Promise<void> {
  await client.query(FORGET_USER, userId)
}

export async function sessionsEnded(
  client: DatabaseClient,
  userIds: readonly UserId[],
  nowMs: number,
): Promise<ReadonlyMap<UserId, number>> {
  const rows = await client.query(SESSIONS_ENDED, userIds, nowMs)
  return new Map(rows.map((row) => [asUserId(text(row, 'user_id')), integer(row, 'at_ms')]))
}

/** Revocations are kept only until the revoked tokens have expired anyway. */
export async function revokeSession(
  client: DatabaseClient,
  sid: string,
  untilMs: number,
  nowMs: number,
): Promise<void> {
  await together(client.query(FORGET_SESSIONS, nowMs), client.query(REVOKE_SESSION, sid, untilMs))
}

export async function isSessionRevoked(client: DatabaseClient, sid: string, nowMs: number): Promise<boolean> {
  return (await client.query(SESSION_REVOKED, sid, nowMs)).length > 0
}
