import type { AuditEntry, Member, Room, RoomId } from '@roomful/protocol'
import type { Facts, Plan } from '../../core/ops'
import {
  type Fields,
  fieldsOf,
  MEMBER_COLUMNS,
  MESSAGE_COLUMNS,
  namesOf,
  updatesOf,
  valuesOf,
} from '../sql/columns'
import type { Connection, Value } from './connection'
import { keepEvents } from './outbox'

const MESSAGE_FIELDS = fieldsOf(MESSAGE_COLUMNS)
const MEMBER_FIELDS = fieldsOf(MEMBER_COLUMNS)
const marks = (table: object): string =>
  Object.keys(table)
    .map((_, at) => `?${at + 1}`)
    .join(', ')
const INSERT_MESSAGE = `INSERT INTO messages (${namesOf(MESSAGE_COLUMNS)}) VALUES (${marks(MESSAGE_COLUMNS)})`
// The same values in the same places; it ignores those that stay.
const UPDATE_MESSAGE = `
  UPDATE messages SET ${updatesOf(
    MESSAGE_COLUMNS,
    (_, at) => `?${at + 1}`,
    (name) => name,
  )}
  WHERE room_id = ?1 AND seq = ?2`
const UPSERT_MEMBER = `
  INSERT INTO room_members (${namesOf(MEMBER_COLUMNS)}) VALUES (${marks(MEMBER_COLUMNS)})
  ON CONFLICT (room_id, user_id) DO UPDATE SET
    ${updatesOf(
      MEMBER_COLUMNS,
      (name) => `excluded.${name}`,
      (name) => `max(${name}, excluded.${name})`,
    )}`
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
    const isNew = message.seq > lastSeq
    connection.run(isNew ? INSERT_MESSAGE : UPDATE_MESSAGE, ...bound(MESSAGE_FIELDS, message))
  }
  for (const member of plan.members) upsertMember(connection, member)
  if (plan.room) updateRoom(connection, plan.room)
  const now = Date.now()
  for (const op of plan.opIds) connection.run(INSERT_OP_ID, roomId, op.userId, op.opId, op.messageId, now)
  for (const entry of plan.audit) insertAudit(connection, entry)
  keepEvents(connection, plan.outbox ?? [])
  if (plan.head.rev !== facts.room?.rev || plan.head.lastSeq !== lastSeq) {
    connection.run(UPDATE_HEAD, plan.head.lastSeq, plan.head.rev, roomId)
  }
}

export function upsertMember(connection: Connection, member: Member): void {
  connection.run(UPSERT_MEMBER, ...bound(MEMBER_FIELDS, member))
}

/** SQLite has neither booleans nor JSON. */
const bound = (fields: Fields, row: Parameters<typeof valuesOf>[1]): Value[] =>
  valuesOf(fields, row).map((value, at) => {
    if (value === null || typeof value === 'string' || typeof value === 'number') return value
    if (typeof value === 'boolean') return value ? 1 : 0
    if (typeof value === 'object') return JSON.stringify(value)
    throw new TypeError(`column ${fields[at]?.[1].name} cannot hold a ${typeof value}`)
  })

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
