import type { RoomId } from '@roomful/protocol'
import type { Plan } from '../../core/ops'
import type { DatabaseClient } from '../../stores/postgres/database-client'
import type { Beside } from '../../stores/postgres/postgres-store'
import { DELETE_MESSAGES, KEEP_SENDS, RAISE_FLOOR } from '../../stores/postgres/purge'
import type { Keep } from '../ephemeral-store'

const TRIM_OPS = {
  name: 'trim-ops',
  text: `DELETE FROM op_ids USING (
      SELECT user_id, op_id FROM op_ids WHERE room_id = $1 ORDER BY created_at DESC OFFSET $2
    ) AS old
    WHERE op_ids.room_id = $1 AND op_ids.user_id = old.user_id AND op_ids.op_id = old.op_id`,
}
const TRIM_AUDIT = {
  name: 'trim-audit',
  text: `DELETE FROM audit WHERE room_id = $1 AND id <= (
      SELECT id FROM audit WHERE room_id = $1 ORDER BY id DESC OFFSET $2 LIMIT 1
    )`,
}
const TRIM_DEPARTED = {
  name: 'trim-departed',
  text: `DELETE FROM room_members WHERE room_id = $1 AND removed = 'left' AND rev <= (
      SELECT rev FROM room_members WHERE room_id = $1 AND removed = 'left' ORDER BY rev DESC OFFSET $2 LIMIT 1
    )`,
}
/** Updated rarely, since it is indexed: an hour's messages need not move it more often than a minute's. */
const USE = {
  name: 'use',
  text: `UPDATE room_heads SET used_at = now()
    WHERE room_id = $1 AND used_at < now() - $2 * interval '1 millisecond'`,
}
/** A fraction of the time that a room may be idle. */
const USE_EVERY = 0.1

/** What a commit removes, in the same transaction as what it adds. */
export function trimming(keep: Keep, idleMs: number): Beside {
  return (client: DatabaseClient, roomId: RoomId, { head, messages, opIds, audit, members }: Plan) => {
    const floor = head.lastSeq - keep.messages + 1
    return [
      ...(messages.length > 0 && floor > 1
        ? [KEEP_SENDS, DELETE_MESSAGES, RAISE_FLOOR].map((sql) => client.query(sql, roomId, floor))
        : []),
      ...(opIds.length > 0 ? [client.query(TRIM_OPS, roomId, keep.ops)] : []),
      ...(audit.length > 0 ? [client.query(TRIM_AUDIT, roomId, keep.audit)] : []),
      ...(members.some(({ removed }) => removed === 'left')
        ? [client.query(TRIM_DEPARTED, roomId, keep.departed)]
        : []),
      use(client, roomId, idleMs),
    ]
  }
}

export const use = (client: DatabaseClient, roomId: RoomId, idleMs: number): Promise<unknown> =>
  client.query(USE, roomId, Math.floor(idleMs * USE_EVERY))
