import type { AuditEntry, Member, Room, RoomId } from '@roomful/protocol'
import type { Facts, Plan, StoredMessage } from '../../core/ops'
import type { Connection } from './connection'

const INSERT_MESSAGE = `
  INSERT INTO messages (room_id, seq, rev, id, sender_id, sender_name, client_id, type, content, reply_to, metadata,
    created_at, edited_at, deleted, reactions)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
// What can change of a message once it is there: its place, id, sender and clientId stay for ever (I4).
const UPDATE_MESSAGE = `
  UPDATE messages
  SET rev = ?, type = ?, content = ?, reply_to = ?, metadata = ?, edited_at = ?, deleted = ?, reactions = ?
  WHERE room_id = ? AND seq = ?`
// The read cursor is not the plan's: it moves without the room's lock, and never back (I6).
const UPSERT_MEMBER = `
  INSERT INTO room_members (room_id, user_id, name, role, joined_at, last_read_seq, from_seq, muted_until, removed, rev,
    added)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (room_id, user_id) DO UPDATE SET
    name = excluded.name, role = excluded.role, joined_at = excluded.joined_at,
    last_read_seq = max(last_read_seq, excluded.last_read_seq), from_seq = excluded.from_seq,
    muted_until = excluded.muted_until, removed = excluded.removed, rev = excluded.rev, added = excluded.added`
const UPDATE_ROOM = `UPDATE rooms SET name = ?, name_search = ?, type = ?, metadata = ?, settings = ? WHERE id = ?`
const INSERT_OP_ID = `
  INSERT INTO op_ids (room_id, user_id, op_id, message_id, created_at_ms) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO NOTHING`
const INSERT_AUDIT = `
  INSERT INTO audit (room_id, id, actor_id, action, target_id, reason, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`
const UPDATE_HEAD = `UPDATE room_heads SET last_seq = ?, rev = ? WHERE room_id = ?`

/** A plan without rows writes nothing, and so costs no fsync: duplicates and refusals are free. */
export function writePlan(connection: Connection, roomId: RoomId, facts: Facts, plan: Plan): void {
  const lastSeq = facts.room?.lastSeq ?? 0
  for (const message of plan.messages) {
    if (message.seq > lastSeq) insertMessage(connection, message)
    else updateMessage(connection, message)
  }
  for (const member of plan.members) upsertMember(connection, member)
  if (plan.room) updateRoom(connection, plan.room)
  const now = Date.now()
  for (const op of plan.opIds) connection.run(INSERT_OP_ID, roomId, op.userId, op.opId, op.messageId, now)
  for (const entry of plan.audit) insertAudit(connection, entry)
  if (plan.head.rev !== facts.room?.rev || plan.head.lastSeq !== lastSeq) {
    connection.run(UPDATE_HEAD, plan.head.lastSeq, plan.head.rev, roomId)
  }
}

function insertMessage(connection: Connection, message: StoredMessage): void {
  connection.run(
    INSERT_MESSAGE,
    message.roomId,
    message.seq,
    message.rev,
    message.id,
    message.senderId,
    message.senderName,
    message.clientId ?? null,
    message.type,
    message.content,
    message.replyTo,
    jsonOrNull(message.metadata),
    message.createdAt,
    message.editedAt,
    message.deleted ? 1 : 0,
    reactionsOrNull(message),
  )
}

function updateMessage(connection: Connection, message: StoredMessage): void {
  connection.run(
    UPDATE_MESSAGE,
    message.rev,
    message.type,
    message.content,
    message.replyTo,
    jsonOrNull(message.metadata),
    message.editedAt,
    message.deleted ? 1 : 0,
    reactionsOrNull(message),
    message.roomId,
    message.seq,
  )
}

export function upsertMember(connection: Connection, member: Member): void {
  connection.run(
    UPSERT_MEMBER,
    member.roomId,
    member.userId,
    member.name,
    member.role,
    member.joinedAt,
    member.lastReadSeq,
    member.fromSeq,
    member.mutedUntil ?? null,
    member.removed ?? null,
    member.rev,
    member.added ? 1 : 0,
  )
}

function updateRoom(connection: Connection, room: Room): void {
  const { name, type, metadata, settings, id } = room
  connection.run(
    UPDATE_ROOM,
    name,
    name.toLowerCase(),
    type,
    JSON.stringify(metadata),
    JSON.stringify(settings),
    id,
  )
}

function insertAudit(connection: Connection, entry: AuditEntry): void {
  const { roomId, id, actorId, action, targetId, reason, createdAt } = entry
  connection.run(INSERT_AUDIT, roomId, id, actorId, action, targetId, reason, createdAt)
}

const jsonOrNull = (value: object | undefined): string | null =>
  value === undefined ? null : JSON.stringify(value)

const reactionsOrNull = (message: StoredMessage): string | null =>
  message.reactions.length === 0 ? null : JSON.stringify(message.reactions)
