import type { Report, RoomId, UserId } from '@roomful/protocol'
import type { OutboxEvent } from '../../core/ops'
import { countPresent } from '../../core/present'
import { isSameProfile } from '../../core/profile'
import { type PutUser, putOver, roomWasDeleted, type Store, type UserToPut } from '../port'
import { integer, text } from '../sql/column'
import { FORGET_OPS_STEP } from '../sql/forget-ops-step'
import { roomFrom, userFrom } from '../sql/rows'
import type { Connection } from './connection'
import { SELECT_ROOM } from './facts'
import { keepEvents } from './outbox'
import { DM } from './queries'
import { unreadOf } from './sqlite-reader'
import { upsertMember } from './write-plan'

// All writes besides plans; each runs inside the writer's transaction.

type NewRoom = Parameters<Store['createRoom']>[0]
type Created = Awaited<ReturnType<Store['createRoom']>>
type Marked = Awaited<ReturnType<Store['markRead']>>

export function createRoom(db: Connection, { room, members, dmKey, outbox = [] }: NewRoom): Created {
  const dm = dmKey === undefined ? undefined : db.get(DM, dmKey)
  const there = db.get(`${SELECT_ROOM} WHERE rooms.id = ?`, dm ? text(dm, 'room_id') : room.id)
  if (there) return { room: roomFrom(there), created: false }
  if (db.get('SELECT 1 FROM deleted_rooms WHERE room_id = ?', room.id)) throw roomWasDeleted()
  db.run(
    `INSERT INTO rooms (id, name, name_search, type, created_by, created_at, metadata, settings, kind)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
  db.run('INSERT INTO room_heads (room_id, last_seq, rev) VALUES (?, ?, ?)', room.id, room.lastSeq, room.rev)
  if (dmKey !== undefined) db.run('INSERT INTO dm_rooms (dm_key, room_id) VALUES (?, ?)', dmKey, room.id)
  for (const member of members) upsertMember(db, member)
  keepEvents(db, outbox)
  return { room: { ...room, memberCount: countPresent(members) }, created: true }
}

export function putUser(
  db: Connection,
  given: UserToPut,
  namedAt: number,
  events: readonly OutboxEvent[] = [],
): PutUser {
  const row = db.get('SELECT id, name, avatar_url, named_at FROM users WHERE id = ?', given.id)
  const held = row && userFrom(row)
  const user = putOver(held, given)
  // No change costs no fsync.
  if (held && row && (isSameProfile(held, user) || integer(row, 'named_at') > namedAt)) return held
  db.run(
    `INSERT INTO users (id, name, avatar_url, named_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE
       SET name = excluded.name, avatar_url = excluded.avatar_url, named_at = excluded.named_at`,
    user.id,
    user.name,
    user.avatarUrl ?? null,
    namedAt,
  )
  if (held) return user
  keepEvents(db, events)
  return { ...user, isNew: true }
}

/** Forward only, and never past the head (I6). */
export function markRead(db: Connection, roomId: RoomId, userId: UserId, seq: number): Marked {
  const row = db.get(
    `SELECT last_read_seq, last_seq FROM room_members JOIN room_heads USING (room_id)
     WHERE room_id = ? AND user_id = ? AND removed IS NULL`,
    roomId,
    userId,
  )
  if (!row) return undefined
  const before = integer(row, 'last_read_seq')
  const after = Math.max(before, Math.min(seq, integer(row, 'last_seq')))
  if (after > before) {
    db.run(
      'UPDATE room_members SET last_read_seq = ? WHERE room_id = ? AND user_id = ?',
      after,
      roomId,
      userId,
    )
  }
  return { seq: after, unread: unreadOf(db, userId, roomId) }
}

/** Keeps the data that answers a late retry, in a separate table (I4). */
const KEEP_SENDS = `
  INSERT INTO purged_sends (room_id, sender_id, client_id, seq, rev, id, sender_name, type, reply_to, created_at)
  SELECT room_id, sender_id, client_id, seq, rev, id, sender_name, type, reply_to, created_at
  FROM messages WHERE room_id = ? AND seq < ? AND client_id IS NOT NULL`

export function purge(db: Connection, roomId: RoomId, belowSeq: number): number | undefined {
  const head = db.get('SELECT last_seq, floor_seq FROM room_heads WHERE room_id = ?', roomId)
  if (!head) return undefined
  const before = integer(head, 'floor_seq')
  const floor = Math.max(before, Math.min(belowSeq, integer(head, 'last_seq') + 1))
  if (floor === before) return floor
  db.run(KEEP_SENDS, roomId, floor)
  db.run('DELETE FROM messages WHERE room_id = ? AND seq < ?', roomId, floor)
  db.run('UPDATE room_heads SET floor_seq = ? WHERE room_id = ?', floor, roomId)
  return floor
}

/** In steps, so that no send waits long for the writer. By the index of ages, where old ones come first. */
export const FORGET_OPS = `
  DELETE FROM op_ids WHERE (room_id, user_id, op_id) IN
    (SELECT room_id, user_id, op_id FROM op_ids WHERE created_at_ms < ? ORDER BY created_at_ms LIMIT ?)
  RETURNING 1`

export function forgetOps(db: Connection, beforeMs: number): number {
  return db.all(FORGET_OPS, beforeMs, FORGET_OPS_STEP).length
}

export function putReport(db: Connection, report: Report, events: readonly OutboxEvent[] = []): void {
  keepEvents(db, events)
  db.run(
    `INSERT OR REPLACE INTO reports
       (room_id, id, message_id, reporter_id, reason, created_at, resolved_at, resolved_by, resolution)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
}

export function endSessions(
  db: Connection,
  userId: UserId,
  atMs: number,
  untilMs: number,
  nowMs: number,
): void {
  db.run('DELETE FROM ended_sessions WHERE until_ms <= ?', nowMs)
  db.run(
    `INSERT INTO ended_sessions (user_id, at_ms, until_ms) VALUES (?, ?, ?)
     ON CONFLICT (user_id) DO UPDATE SET at_ms = excluded.at_ms, until_ms = excluded.until_ms
     WHERE at_ms <= excluded.at_ms`,
    userId,
    atMs,
    untilMs,
  )
}

export function resumeSessions(db: Connection, userId: UserId, atMs: number): void {
  db.run('UPDATE ended_sessions SET at_ms = min(at_ms, ?) WHERE user_id = ?', atMs, userId)
}

export function forgetUser(db: Connection, userId: UserId): void {
  db.run('DELETE FROM users WHERE id = ?', userId)
}

/** A session that is revoked again stays so until the later of the two times; what is over is dropped. */
export function revokeSession(db: Connection, sid: string, untilMs: number, nowMs: number): void {
  db.run('DELETE FROM revoked_sessions WHERE until_ms <= ?', nowMs)
  db.run(
    `INSERT INTO revoked_sessions (sid, until_ms) VALUES (?, ?)
      ON CONFLICT (sid) DO UPDATE SET until_ms = max(until_ms, excluded.until_ms)`,
    sid,
    untilMs,
  )
}
