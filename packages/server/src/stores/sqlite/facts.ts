import { asMessageId, asUserId, type RoomId } from '@roomful/protocol'
import { type Facts, type Need, pairKey } from '../../core/ops'
import { integer, type Row, text } from '../sql/column'
import { lastSendFrom, memberFrom, messageFrom, roomFrom } from '../sql/rows'
import type { Connection } from './connection'

export const SELECT_ROOM = `
  SELECT rooms.*, room_heads.rev, room_heads.last_seq, room_heads.floor_seq, room_heads.member_count
  FROM rooms JOIN room_heads ON room_heads.room_id = rooms.id`

const MEMBERS = `
  SELECT * FROM room_members WHERE room_id = ? AND user_id IN (SELECT value FROM json_each(?))`
const MESSAGES = `SELECT * FROM messages WHERE room_id = ? AND id IN (SELECT value FROM json_each(?))`
// CROSS JOIN fixes the order of the loops: few keys first, each then one look-up in the index.
const BY_CLIENT_ID = `
  SELECT messages.* FROM json_each(?) AS key CROSS JOIN messages
  ON messages.room_id = ?
    AND messages.sender_id = json_extract(key.value, '$.userId')
    AND messages.client_id = json_extract(key.value, '$.clientId')`
const BY_PURGED_CLIENT_ID = `
  SELECT purged_sends.*, '' AS content, NULL AS metadata, NULL AS edited_at, 1 AS deleted, NULL AS reactions,
    NULL AS pinned, NULL AS stream
  FROM json_each(?) AS key CROSS JOIN purged_sends
  ON purged_sends.room_id = ?
    AND purged_sends.sender_id = json_extract(key.value, '$.userId')
    AND purged_sends.client_id = json_extract(key.value, '$.clientId')`
const OP_IDS = `
  SELECT op_ids.* FROM json_each(?) AS key CROSS JOIN op_ids
  ON op_ids.room_id = ?
    AND op_ids.user_id = json_extract(key.value, '$.userId')
    AND op_ids.op_id = json_extract(key.value, '$.opId')`
const OWNERS = `
  SELECT count(*) AS owners FROM room_members INDEXED BY room_members_owners
  WHERE room_id = ? AND role = 'owner' AND removed IS NULL`
const PINS = `
  SELECT count(*) AS pins FROM messages INDEXED BY messages_pinned WHERE room_id = ? AND pinned IS NOT NULL`
const lastSend = (deleted: 0 | 1): string => `coalesce((
    SELECT created_at FROM messages INDEXED BY messages_sender
    WHERE room_id = ?1 AND sender_id = key.value AND deleted = ${deleted} AND type <> 'system' ORDER BY seq DESC LIMIT 1
  ), '')`
const LAST_SENDS = `
  SELECT key.value AS user_id, nullif(max(${lastSend(0)}, ${lastSend(1)}), '') AS created_at, (
    SELECT edited_at FROM messages INDEXED BY messages_edited
    WHERE room_id = ?1 AND sender_id = key.value AND edited_at IS NOT NULL ORDER BY edited_at DESC LIMIT 1
  ) AS edited_at
  FROM json_each(?2) AS key`

/** The facts of one room within the write transaction, which is its lock: nothing can change them before the commit. */
export function readFacts(connection: Connection, roomId: RoomId, need: Need): Facts {
  const found = connection.get(`${SELECT_ROOM} WHERE rooms.id = ?`, roomId)
  const room = found && roomFrom(found)
  const rows = (wanted: readonly unknown[], read: (list: string) => readonly Row[]): readonly Row[] =>
    room && wanted.length > 0 ? read(JSON.stringify(wanted)) : []

  const members = rows(need.userIds, (list) => connection.all(MEMBERS, roomId, list)).map(memberFrom)
  const messages = rows(need.messageIds, (list) => connection.all(MESSAGES, roomId, list)).map(messageFrom)
  const wasPurged = found !== undefined && integer(found, 'floor_seq') > 1
  const byClientId = rows(need.clientIds, (list) => [
    ...connection.all(BY_CLIENT_ID, list, roomId),
    ...(wasPurged ? connection.all(BY_PURGED_CLIENT_ID, list, roomId) : []),
  ]).map(messageFrom)
  const opIds = rows(need.opIds, (list) => connection.all(OP_IDS, list, roomId))
  const slow = (room?.settings.slowModeSeconds ?? 0) > 0
  const lastSends = rows(slow ? need.lastSendOf : [], (list) => connection.all(LAST_SENDS, roomId, list))
  const owners = need.owners ? connection.get(OWNERS, roomId) : undefined
  const pins = need.pins ? connection.get(PINS, roomId) : undefined
  return {
    room,
    members: new Map(members.map((member) => [member.userId, member])),
    messages: new Map(messages.map((message) => [message.id, message])),
    byClientId: new Map(
      byClientId.map((message) => [pairKey(message.senderId, message.clientId ?? ''), message]),
    ),
    opIds: new Map(
      opIds.map((row) => [
        pairKey(text(row, 'user_id'), text(row, 'op_id')),
        asMessageId(text(row, 'message_id')),
      ]),
    ),
    owners: owners ? integer(owners, 'owners') : 0,
    pins: pins ? integer(pins, 'pins') : 0,
    lastSendAt: new Map(
      lastSends
        .filter((row) => row.created_at !== null)
        .map((row) => [asUserId(text(row, 'user_id')), lastSendFrom(row)]),
    ),
  }
}
