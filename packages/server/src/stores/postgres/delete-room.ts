import type { RoomId, UserId } from '@roomful/protocol'
import type { OutboxEvent } from '../../core/ops'
import type { Purged } from '../port'
import { text } from '../sql/column'
import { fileIn, PURGE_STEP_ROWS } from '../sql/purge-step'
import { type DatabaseClient, together } from './database-client'
import { keepEvents } from './outbox'

/**
 * Every read of a room goes through its head, and every write locks it: without its head the room is gone at once, and
 * its rows can follow in steps. One statement, so that it is atomic.
 */
const DELETE_ROOM = {
  name: 'delete-room',
  text: `WITH gone AS (DELETE FROM room_heads WHERE room_id = $1 RETURNING room_id),
    dm AS (DELETE FROM dm_rooms USING gone WHERE dm_rooms.room_id = gone.room_id)
    INSERT INTO deleted_rooms (room_id, deleted_by, deleted_at_ms) SELECT room_id, $2, $3 FROM gone RETURNING 1`,
}

export async function deleteRoom(
  client: DatabaseClient,
  roomId: RoomId,
  by: UserId,
  atMs: number,
  events: readonly OutboxEvent[] = [],
): Promise<boolean> {
  if (events.length === 0) return (await client.query(DELETE_ROOM, roomId, by, atMs)).length > 0
  const [, gone] = await together(client.query('BEGIN'), client.query(DELETE_ROOM, roomId, by, atMs))
  await together(...(gone.length > 0 ? keepEvents(client, events) : []), client.query('COMMIT'))
  return gone.length > 0
}

const UNPURGED = {
  name: 'purge-next-deleted',
  text: 'SELECT room_id FROM deleted_rooms WHERE NOT is_purged ORDER BY room_id LIMIT 1',
}
const MESSAGES = {
  name: 'purge-deleted-messages',
  text: `DELETE FROM messages WHERE room_id = $1
      AND seq IN (SELECT seq FROM messages WHERE room_id = $1 ORDER BY seq LIMIT $2)
    RETURNING type, metadata, deleted`,
}
const step = (table: string, key: string) => ({
  name: `purge-deleted-${table}`,
  text: `DELETE FROM ${table} WHERE room_id = $1
      AND (${key}) IN (SELECT ${key} FROM ${table} WHERE room_id = $1 ORDER BY ${key} LIMIT $2)
    RETURNING 1`,
})
const OTHERS = [
  step('purged_sends', 'sender_id, client_id'),
  step('op_ids', 'user_id, op_id'),
  step('room_members', 'user_id'),
  step('reports', 'id'),
  step('audit', 'id'),
]
const END = {
  name: 'purge-deleted-room',
  text: `WITH gone AS (DELETE FROM rooms WHERE id = $1)
    UPDATE deleted_rooms SET is_purged = true WHERE room_id = $1`,
}

/** Each step is one transaction; two nodes at once each take what the other leaves. */
export async function purgeDeleted(client: DatabaseClient): Promise<Purged> {
  const [next] = await client.query(UNPURGED)
  if (!next) return { rows: 0, fileIds: [] }
  const roomId = text(next, 'room_id')
  const messages = await client.query(MESSAGES, roomId, PURGE_STEP_ROWS)
  if (messages.length > 0) return { rows: messages.length, fileIds: messages.flatMap(fileIn) }
  for (const statement of OTHERS) {
    const gone = await client.query(statement, roomId, PURGE_STEP_ROWS)
    if (gone.length > 0) return { rows: gone.length, fileIds: [] }
  }
  await client.query(END, roomId)
  return { rows: 1, fileIds: [] }
}
