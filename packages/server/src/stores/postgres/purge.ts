import type { RoomId } from '@roomful/protocol'
import { integer } from '../sql/column'
import { type DatabaseClient, together } from './database-client'

/** Excludes commits too: a retry must find its message in one table or the other. */
const LOCK_HEAD = {
  name: 'purge-lock',
  text: 'SELECT last_seq, floor_seq FROM room_heads WHERE room_id = $1 FOR NO KEY UPDATE',
}
/** Keeps the data that answers a late retry, in a separate table (I4). */
export const KEEP_SENDS = {
  name: 'purge-keep-sends',
  text: `INSERT INTO purged_sends
      (room_id, sender_id, client_id, seq, rev, id, sender_name, type, reply_to, created_at)
    SELECT room_id, sender_id, client_id, seq, rev, id, sender_name, type, reply_to, created_at
    FROM messages WHERE room_id = $1 AND seq < $2 AND client_id IS NOT NULL ORDER BY seq`,
}
export const DELETE_MESSAGES = {
  name: 'purge-messages',
  text: 'DELETE FROM messages WHERE room_id = $1 AND seq < $2',
}
export const RAISE_FLOOR = {
  name: 'purge-raise-floor',
  text: 'UPDATE room_heads SET floor_seq = $2 WHERE room_id = $1',
}

export async function purge(
  client: DatabaseClient,
  roomId: RoomId,
  belowSeq: number,
): Promise<number | undefined> {
  const [, [head]] = await together(client.query('BEGIN'), client.query(LOCK_HEAD, roomId))
  const before = head ? integer(head, 'floor_seq') : 0
  const floor = head ? Math.max(before, Math.min(belowSeq, integer(head, 'last_seq') + 1)) : undefined
  if (floor === undefined || floor === before) {
    await client.query('COMMIT')
    return floor
  }
  await together(
    client.query(KEEP_SENDS, roomId, floor),
    client.query(DELETE_MESSAGES, roomId, floor),
    client.query(RAISE_FLOOR, roomId, floor),
    client.query('COMMIT'),
  )
  return floor
}
