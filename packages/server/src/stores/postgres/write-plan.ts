import type { AuditEntry, Member, Room, RoomId } from '@roomful/protocol'
import type { Facts, Plan, StoredMessage } from '../../core/ops'
import type { Row } from '../sql/column'
import {
  type Fields,
  fieldsOf,
  MEMBER_COLUMNS,
  MESSAGE_COLUMNS,
  namesOf,
  typesOf,
  updatesOf,
  valuesOf,
} from '../sql/columns'
import type { DatabaseClient } from './database-client'
import { keepEvents } from './outbox'

// Rows travel as one JSON text a table, however many there are: one statement, one plan, no list of parameters.

const INSERT_MESSAGES = {
  name: 'insert-messages',
  text: `INSERT INTO messages (${namesOf(MESSAGE_COLUMNS)}) SELECT ${namesOf(MESSAGE_COLUMNS)}
    FROM json_to_recordset($1) AS fresh (${typesOf(MESSAGE_COLUMNS)})`,
}
const UPDATE_MESSAGES = {
  name: 'update-messages',
  text: `UPDATE messages SET ${updatesOf(
    MESSAGE_COLUMNS,
    (name) => `changed.${name}`,
    (name) => name,
  )}
    FROM json_to_recordset($2) AS changed (${typesOf(MESSAGE_COLUMNS)})
    WHERE messages.room_id = $1 AND messages.seq = changed.seq`,
}
const UPSERT_MEMBERS = {
  name: 'upsert-members',
  text: `INSERT INTO room_members AS member (${namesOf(MEMBER_COLUMNS)}) SELECT ${namesOf(MEMBER_COLUMNS)}
    FROM json_to_recordset($1) AS fresh (${typesOf(MEMBER_COLUMNS)})
    ON CONFLICT (room_id, user_id) DO UPDATE SET ${updatesOf(
      MEMBER_COLUMNS,
      (name) => `excluded.${name}`,
      (name) => `greatest(member.${name}, excluded.${name})`,
    )}`,
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

/** Sends the plan's statements without waiting; empty if there is nothing to write. */
export function writePlan(
  client: DatabaseClient,
  roomId: RoomId,
  facts: Facts,
  plan: Plan,
): Promise<unknown>[] {
  const sent: Promise<readonly Row[]>[] = []
  const lastSeq = facts.room?.lastSeq ?? 0
  const fresh = plan.messages.filter((message) => message.seq > lastSeq)
  const changed = plan.messages.filter((message) => message.seq <= lastSeq)
  if (fresh.length > 0) sent.push(client.query(INSERT_MESSAGES, JSON.stringify(fresh.map(messageRecord))))
  if (changed.length > 0) {
    sent.push(client.query(UPDATE_MESSAGES, roomId, JSON.stringify(changed.map(messageRecord))))
  }
  if (plan.members.length > 0) sent.push(upsertMembers(client, plan.members))
  if (plan.room) sent.push(updateRoom(client, plan.room))
  if (plan.opIds.length > 0) {
    sent.push(
      client.query(
        INSERT_OP_IDS,
        roomId,
        plan.opIds.map((op) => op.userId),
        plan.opIds.map((op) => op.opId),
        plan.opIds.map((op) => op.messageId),
      ),
    )
  }
  if (plan.audit.length > 0) sent.push(client.query(INSERT_AUDIT, JSON.stringify(plan.audit.map(auditRow))))
  if (plan.outbox) sent.push(...keepEvents(client, plan.outbox))
  if (plan.head.rev !== facts.room?.rev || plan.head.lastSeq !== lastSeq) {
    sent.push(client.query(UPDATE_HEAD, roomId, plan.head.lastSeq, plan.head.rev))
  }
  return sent
}

export function upsertMembers(client: DatabaseClient, members: readonly Member[]): Promise<readonly Row[]> {
  return client.query(
    UPSERT_MEMBERS,
    JSON.stringify(members.map((member) => recordOf(MEMBER_FIELDS, member))),
  )
}

function updateRoom(client: DatabaseClient, room: Room): Promise<readonly Row[]> {
  const { id, name, type, metadata, settings } = room
  return client.query(
    UPDATE_ROOM,
    id,
    name,
    name.toLowerCase(),
    type,
    JSON.stringify(metadata),
    JSON.stringify(settings),
  )
}

const MESSAGE_FIELDS = fieldsOf(MESSAGE_COLUMNS)
const MEMBER_FIELDS = fieldsOf(MEMBER_COLUMNS)

/** By column name, as `json_to_recordset` takes it: absent is NULL. */
function recordOf(fields: Fields, row: Parameters<typeof valuesOf>[1]): object {
  const record: Record<string, unknown> = {}
  valuesOf(fields, row).forEach((value, at) => {
    const column = fields[at]?.[1]
    if (column && value !== null) record[column.name] = value
  })
  return record
}

const messageRecord = (message: StoredMessage): object => recordOf(MESSAGE_FIELDS, message)

const auditRow = (entry: AuditEntry): object => ({
  room_id: entry.roomId,
  id: entry.id,
  actor_id: entry.actorId,
  action: entry.action,
  target_id: entry.targetId,
  reason: entry.reason,
  created_at: entry.createdAt,
})
