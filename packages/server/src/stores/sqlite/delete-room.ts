import type { RoomId, UserId } from '@roomful/protocol'
import type { OutboxEvent } from '../../core/ops'
import type { Purged } from '../port'
import { text } from '../sql/column'
import { fileIn, PURGE_STEP_ROWS } from '../sql/purge-step'
import type { Connection } from './connection'
import { keepEvents } from './outbox'

/**
 * Every read of a room goes through its head: without its head it is gone at once, and its rows can follow in steps.
 */
export function deleteRoom(
  db: Connection,
  roomId: RoomId,
  by: UserId,
  atMs: number,
  events: readonly OutboxEvent[] = [],
): boolean {
  if (db.all('DELETE FROM room_heads WHERE room_id = ? RETURNING 1', roomId).length === 0) return false
  // The same users may open another one.
  db.run('DELETE FROM dm_rooms WHERE room_id = ?', roomId)
  db.run('INSERT INTO deleted_rooms (room_id, deleted_by, deleted_at_ms) VALUES (?, ?, ?)', roomId, by, atMs)
  keepEvents(db, events)
  return true
}

const MESSAGES = `
  DELETE FROM messages WHERE room_id = ?1
    AND seq IN (SELECT seq FROM messages WHERE room_id = ?1 ORDER BY seq LIMIT ?2)
  RETURNING type, metadata, deleted`

/** The keys of a room's other rows, by table. */
const KEYS = {
  purged_sends: 'sender_id, client_id',
  op_ids: 'user_id, op_id',
  room_members: 'user_id',
  reports: 'id',
  audit: 'id',
} as const

export function purgeDeleted(db: Connection): Purged {
  const next = db.get('SELECT room_id FROM deleted_rooms WHERE is_purged = 0 LIMIT 1')
  if (!next) return { rows: 0, fileIds: [] }
  const roomId = text(next, 'room_id')
  const messages = db.all(MESSAGES, roomId, PURGE_STEP_ROWS)
  if (messages.length > 0) return { rows: messages.length, fileIds: messages.flatMap(fileIn) }
  for (const [table, key] of Object.entries(KEYS)) {
    const gone = db.all(
      `DELETE FROM ${table} WHERE room_id = ?1
         AND (${key}) IN (SELECT ${key} FROM ${table} WHERE room_id = ?1 LIMIT ?2) RETURNING 1`,
      roomId,
      PURGE_STEP_ROWS,
    )
    if (gone.length > 0) return { rows: gone.length, fileIds: [] }
  }
  db.run('DELETE FROM rooms WHERE id = ?', roomId)
  db.run('UPDATE deleted_rooms SET is_purged = 1 WHERE room_id = ?', roomId)
  return { rows: 1, fileIds: [] }
}
