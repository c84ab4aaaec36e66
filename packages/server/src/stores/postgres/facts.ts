import { asMessageId, asUserId, type RoomId } from '@roomful/protocol'
import { type Facts, type Need, pairKey } from '../../core/ops'
import { integer, type Row, text } from '../sql/column'
import { lastSendFrom, memberFrom, messageFrom, roomFrom } from '../sql/rows'
import { type DatabaseClient, together } from './database-client'

/** NO KEY UPDATE: just as exclusive among writers, but foreign keys to the row do not wait for it. */
const LOCK = { name: 'lock', text: 'SELECT 1 FROM room_heads WHERE room_id = $1 FOR NO KEY UPDATE' }

export const FROM_ROOM = `
  SELECT rooms.*, room_heads.rev, room_heads.last_seq, room_heads.floor_seq, room_heads.member_count
  FROM rooms JOIN room_heads ON room_heads.room_id = rooms.id`
export const SELECT_ROOM = { name: 'room', text: `${FROM_ROOM} WHERE rooms.id = $1` }

const SEND_COLUMNS = 'room_id, seq, rev, id, sender_id, sender_name, client_id, type, reply_to, created_at'
const MESSAGE_COLUMNS = `${SEND_COLUMNS}, content, metadata, edited_at, deleted, reactions, pinned, stream`
/** The same of a purged message: its sender's retry still finds it (I4). */
const PURGED_COLUMNS = `${SEND_COLUMNS}, '', NULL::json, NULL::timestamptz, true, NULL::json, NULL::json, NULL::json`

const MEMBERS = {
  name: 'fact-members',
  text: `SELECT found.* FROM unnest($2::text[]) AS key (user_id)
    CROSS JOIN LATERAL (
      SELECT * FROM room_members WHERE room_id = $1 AND user_id = key.user_id LIMIT 1
    ) AS found`,
}
const MESSAGES = {
  name: 'fact-messages',
  text: 'SELECT * FROM messages WHERE room_id = $1 AND id = ANY ($2::text[]) ORDER BY id',
}
const BY_CLIENT_ID = {
  name: 'fact-client-ids',
  text: `SELECT found.* FROM unnest($2::text[], $3::text[]) AS key (user_id, client_id)
    CROSS JOIN LATERAL (
      (
        SELECT ${MESSAGE_COLUMNS} FROM messages
        WHERE room_id = $1 AND sender_id = key.user_id AND client_id BETWEEN key.client_id AND key.client_id
        ORDER BY client_id LIMIT 1
      ) UNION ALL (
        SELECT ${PURGED_COLUMNS} FROM purged_sends
        WHERE room_id = $1 AND sender_id = key.user_id AND client_id = key.client_id LIMIT 1
      ) LIMIT 1
    ) AS found`,
}
const OP_IDS = {
  name: 'fact-op-ids',
  text: `SELECT found.* FROM unnest($2::text[], $3::text[]) AS key (user_id, op_id)
    CROSS JOIN LATERAL (
      SELECT * FROM op_ids WHERE room_id = $1 AND user_id = key.user_id AND op_id = key.op_id LIMIT 1
    ) AS found`,
}
const OWNERS = {
  name: 'fact-owners',
  text: `SELECT count(*) AS owners FROM room_members WHERE room_id = $1 AND role = 'owner' AND removed IS NULL`,
}
const PINS = {
  name: 'fact-pins',
  text: `SELECT count(*) AS pins FROM (
      SELECT 1 FROM messages WHERE room_id = $1 AND pinned IS NOT NULL ORDER BY seq + 0 OFFSET 0
    ) AS pinned`,
}
const LAST_SENDS = {
  name: 'fact-last-sends',
  text: `SELECT key.user_id, last.created_at, edited.edited_at
    FROM rooms CROSS JOIN unnest($2::text[]) AS key (user_id) CROSS JOIN LATERAL (
      SELECT created_at FROM messages
      WHERE room_id = $1 AND sender_id BETWEEN key.user_id AND key.user_id AND type <> 'system'
      ORDER BY sender_id DESC, seq DESC LIMIT 1
    ) AS last LEFT JOIN LATERAL (
      SELECT edited_at FROM messages
      WHERE room_id = $1 AND sender_id BETWEEN key.user_id AND key.user_id AND edited_at IS NOT NULL
      ORDER BY sender_id DESC, edited_at DESC LIMIT 1
    ) AS edited ON true
    WHERE rooms.id = $1 AND (rooms.settings ->> 'slowModeSeconds')::int > 0`,
}

/**
 * Begins, locks the room, and reads: all sent at once, one round trip. The facts are read in separate statements,
 * because under READ COMMITTED each sees what was committed before it began: after the wait for the lock. In the
 * locking statement they would be older than the lock, and miss the winner of a race.
 */
export async function lockAndRead(client: DatabaseClient, roomId: RoomId, need: Need): Promise<Facts> {
  const none: readonly Row[] = []
  const [, , rooms, members, messages, byClientId, opIds, owners, pins, lastSends] = await together(
    client.query('BEGIN'),
    client.query(LOCK, roomId),
    client.query(SELECT_ROOM, roomId),
    need.userIds.length > 0 ? client.query(MEMBERS, roomId, need.userIds) : Promise.resolve(none),
    need.messageIds.length > 0 ? client.query(MESSAGES, roomId, need.messageIds) : Promise.resolve(none),
    need.clientIds.length > 0
      ? client.query(
          BY_CLIENT_ID,
          roomId,
          need.clientIds.map((key) => key.userId),
          need.clientIds.map((key) => key.clientId),
        )
      : Promise.resolve(none),
    need.opIds.length > 0
      ? client.query(
          OP_IDS,
          roomId,
          need.opIds.map((key) => key.userId),
          need.opIds.map((key) => key.opId),
        )
      : Promise.resolve(none),
    need.owners ? client.query(OWNERS, roomId) : Promise.resolve(none),
    need.pins ? client.query(PINS, roomId) : Promise.resolve(none),
    need.lastSendOf.length > 0 ? client.query(LAST_SENDS, roomId, need.lastSendOf) : Promise.resolve(none),
  )
  const [room] = rooms
  const [count] = owners
  const [pinned] = pins
  return {
    room: room && roomFrom(room),
    members: new Map(members.map(memberFrom).map((member) => [member.userId, member])),
    messages: new Map(messages.map(messageFrom).map((message) => [message.id, message])),
    byClientId: new Map(
      byClientId
        .map(messageFrom)
        .map((message) => [pairKey(message.senderId, message.clientId ?? ''), message]),
    ),
    opIds: new Map(
      opIds.map((row) => [
        pairKey(text(row, 'user_id'), text(row, 'op_id')),
        asMessageId(text(row, 'message_id')),
      ]),
    ),
    owners: count ? integer(count, 'owners') : 0,
    pins: pinned ? integer(pinned, 'pins') : 0,
    lastSendAt: new Map(lastSends.map((row) => [asUserId(text(row, 'user_id')), lastSendFrom(row)])),
  }
}
