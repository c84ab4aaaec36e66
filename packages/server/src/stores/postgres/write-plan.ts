import type { AuditEntry, Member, Room, RoomId } from '@roomful/protocol'
import type { Facts, Plan, StoredMessage } from '../../core/ops'
import type { Row } from '../sql/column'
import type { Session } from './session'

// Rows travel as one JSON text a table, however many there are: one statement, one plan, no list of parameters.

const MESSAGE_COLUMNS = `room_id text, seq bigint, rev bigint, id text, sender_id text, sender_name text, client_id text,
  type text, content text, reply_to text, metadata json, created_at timestamptz, edited_at timestamptz,
  deleted boolean, reactions json`

const INSERT_MESSAGES = {
  name: 'insert-messages',
  text: `INSERT INTO messages (room_id, seq, rev, id, sender_id, sender_name, client_id, type, content, reply_to,
      metadata, created_at, edited_at, deleted, reactions)
    SELECT room_id, seq, rev, id, sender_id, sender_name, client_id, type, content, reply_to,
      metadata, created_at, edited_at, deleted, reactions
    FROM json_to_recordset($1) AS fresh (${MESSAGE_COLUMNS})`,
}
/** What can change of a message once it is there: its place, id, sender and clientId stay for ever (I4). */
const UPDATE_MESSAGES = {
  name: 'update-messages',
  text: `UPDATE messages SET rev = changed.rev, type = changed.type, content = changed.content,
      reply_to = changed.reply_to, metadata = changed.metadata, edited_at = changed.edited_at,
      deleted = changed.deleted, reactions = changed.reactions
    FROM json_to_recordset($2) AS changed (${MESSAGE_COLUMNS})
    WHERE messages.room_id = $1 AND messages.seq = changed.seq`,
}
/** The read cursor is not the plan's: it moves without the room's lock, and never back (I6). */
const UPSERT_MEMBERS = {
  name: 'upsert-members',
  text: `INSERT INTO room_members AS member (room_id, user_id, name, role, joined_at, last_read_seq, from_seq,
      muted_until, removed, rev, added)
    SELECT room_id, user_id, name, role, joined_at, last_read_seq, from_seq, muted_until, removed, rev,
      coalesce(added, false)
    FROM json_to_recordset($1) AS fresh (room_id text, user_id text, name text, role text, joined_at timestamptz,
      last_read_seq bigint, from_seq bigint, muted_until text, removed text, rev bigint, added boolean)
    ON CONFLICT (room_id, user_id) DO UPDATE SET
      name = excluded.name, role = excluded.role, joined_at = excluded.joined_at,
      last_read_seq = greatest(member.last_read_seq, excluded.last_read_seq), from_seq = excluded.from_seq,
      muted_until = excluded.muted_until, removed = excluded.removed, rev = excluded.rev,
      added = excluded.added`,
}
const UPDATE_ROOM = {
  name: 'update-room',
  text: 'UPDATE rooms SET name = $2, name_search = $3, type = $4, metadata = $5, settings = $6 WHERE id = $1',
}
const INSERT_OP_IDS = {
  name: 'insert-op-ids',
  text: `INSERT INTO op_ids (room_id, user_id, op_id, message_id)
    SELECT $1, user_id, op_id, message_id
    FROM unnest($2::text[], $3::text[], $4::text[]) AS done (user_id, op_id, message_id)
    ON CONFLICT DO NOTHING`,
}
const INSERT_AUDIT = {
  name: 'insert-audit',
  text: `INSERT INTO audit (room_id, id, actor_id, action, target_id, reason, created_at)
    SELECT room_id, id, actor_id, action, target_id, reason, created_at
    FROM json_to_recordset($1) AS fresh (room_id text, id text, actor_id text, action text, target_id text,
      reason text, created_at timestamptz)`,
}
const UPDATE_HEAD = {
  name: 'update-head',
  text: 'UPDATE room_heads SET last_seq = $2, rev = $3 WHERE room_id = $1',
}

/** Sends the plan's statements, without waiting; empty where there is nothing to write. */
export function writePlan(session: Session, roomId: RoomId, facts: Facts, plan: Plan): Promise<unknown>[] {
  const sent: Promise<readonly Row[]>[] = []
  const lastSeq = facts.room?.lastSeq ?? 0
  const fresh = plan.messages.filter((message) => message.seq > lastSeq)
  const changed = plan.messages.filter((message) => message.seq <= lastSeq)
  if (fresh.length > 0) sent.push(session.query(INSERT_MESSAGES, JSON.stringify(fresh.map(messageRow))))
  if (changed.length > 0) {
    sent.push(session.query(UPDATE_MESSAGES, roomId, JSON.stringify(changed.map(messageRow))))
  }
  if (plan.members.length > 0) sent.push(upsertMembers(session, plan.members))
  if (plan.room) sent.push(updateRoom(session, plan.room))
  if (plan.opIds.length > 0) {
    sent.push(
      session.query(
        INSERT_OP_IDS,
        roomId,
        plan.opIds.map((op) => op.userId),
        plan.opIds.map((op) => op.opId),
        plan.opIds.map((op) => op.messageId),
      ),
    )
  }
  if (plan.audit.length > 0) sent.push(session.query(INSERT_AUDIT, JSON.stringify(plan.audit.map(auditRow))))
  if (plan.head.rev !== facts.room?.rev || plan.head.lastSeq !== lastSeq) {
    sent.push(session.query(UPDATE_HEAD, roomId, plan.head.lastSeq, plan.head.rev))
  }
  return sent
}

export function upsertMembers(session: Session, members: readonly Member[]): Promise<readonly Row[]> {
  return session.query(UPSERT_MEMBERS, JSON.stringify(members.map(memberRow)))
}

function updateRoom(session: Session, room: Room): Promise<readonly Row[]> {
  const { id, name, type, metadata, settings } = room
  return session.query(
    UPDATE_ROOM,
    id,
    name,
    name.toLowerCase(),
    type,
    JSON.stringify(metadata),
    JSON.stringify(settings),
  )
}

// Absent in JSON is NULL in the table.

const messageRow = (message: StoredMessage): object => ({
  room_id: message.roomId,
  seq: message.seq,
  rev: message.rev,
  id: message.id,
  sender_id: message.senderId,
  sender_name: message.senderName,
  client_id: message.clientId,
  type: message.type,
  content: message.content,
  reply_to: message.replyTo,
  metadata: message.metadata,
  created_at: message.createdAt,
  edited_at: message.editedAt,
  deleted: message.deleted,
  reactions: message.reactions.length > 0 ? message.reactions : undefined,
})

const memberRow = (member: Member): object => ({
  room_id: member.roomId,
  user_id: member.userId,
  name: member.name,
  role: member.role,
  joined_at: member.joinedAt,
  last_read_seq: member.lastReadSeq,
  from_seq: member.fromSeq,
  muted_until: member.mutedUntil,
  removed: member.removed,
  rev: member.rev,
  added: member.added,
})

const auditRow = (entry: AuditEntry): object => ({
  room_id: entry.roomId,
  id: entry.id,
  actor_id: entry.actorId,
  action: entry.action,
  target_id: entry.targetId,
  reason: entry.reason,
  created_at: entry.createdAt,
})
