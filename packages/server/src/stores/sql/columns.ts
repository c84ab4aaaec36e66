import type { Member } from '@roomful/protocol'
import type { StoredMessage } from '../../core/ops'

/** A column of a table, for both databases. */
export type Column = {
  readonly name: string
  /** On Postgres, as `json_to_recordset` reads it. */
  readonly type: 'text' | 'bigint' | 'boolean' | 'json' | 'timestamptz'
  /** How a later commit changes it in an existing row: not at all; sets it; raises it, never lowers it (I6). */
  readonly later: 'stays' | 'set' | 'raised'
}

/** Every field of a row has its column: a new field does not compile without one. */
type Columns<T> = { readonly [K in keyof T]-?: Column }

/** A message's place, id, sender and clientId never change (I4). */
export const MESSAGE_COLUMNS: Columns<StoredMessage> = {
  roomId: { name: 'room_id', type: 'text', later: 'stays' },
  seq: { name: 'seq', type: 'bigint', later: 'stays' },
  rev: { name: 'rev', type: 'bigint', later: 'set' },
  id: { name: 'id', type: 'text', later: 'stays' },
  senderId: { name: 'sender_id', type: 'text', later: 'stays' },
  // Only when its user is deleted.
  senderName: { name: 'sender_name', type: 'text', later: 'set' },
  clientId: { name: 'client_id', type: 'text', later: 'stays' },
  type: { name: 'type', type: 'text', later: 'set' },
  content: { name: 'content', type: 'text', later: 'set' },
  replyTo: { name: 'reply_to', type: 'text', later: 'set' },
  metadata: { name: 'metadata', type: 'json', later: 'set' },
  createdAt: { name: 'created_at', type: 'timestamptz', later: 'stays' },
  editedAt: { name: 'edited_at', type: 'timestamptz', later: 'set' },
  deleted: { name: 'deleted', type: 'boolean', later: 'set' },
  reactions: { name: 'reactions', type: 'json', later: 'set' },
  pinned: { name: 'pinned', type: 'json', later: 'set' },
  stream: { name: 'stream', type: 'json', later: 'set' },
}

/** The read cursor also moves without the room's lock: a commit that read an older value must not lower it. */
export const MEMBER_COLUMNS: Columns<Member> = {
  roomId: { name: 'room_id', type: 'text', later: 'stays' },
  userId: { name: 'user_id', type: 'text', later: 'stays' },
  name: { name: 'name', type: 'text', later: 'set' },
  avatarUrl: { name: 'avatar_url', type: 'text', later: 'set' },
  role: { name: 'role', type: 'text', later: 'set' },
  joinedAt: { name: 'joined_at', type: 'timestamptz', later: 'set' },
  lastReadSeq: { name: 'last_read_seq', type: 'bigint', later: 'raised' },
  fromSeq: { name: 'from_seq', type: 'bigint', later: 'set' },
  mutedUntil: { name: 'muted_until', type: 'text', later: 'set' },
  removed: { name: 'removed', type: 'text', later: 'set' },
  rev: { name: 'rev', type: 'bigint', later: 'set' },
  added: { name: 'added', type: 'boolean', later: 'set' },
}

type Table = Readonly<Record<string, Column>>

/** `room_id, seq, …` */
export const namesOf = (table: Table): string =>
  Object.values(table)
    .map(({ name }) => name)
    .join(', ')

/** `room_id text, seq bigint, …` */
export const typesOf = (table: Table): string =>
  Object.values(table)
    .map(({ name, type }) => `${name} ${type}`)
    .join(', ')

/**
 * `rev = …, content = …`: what a commit changes in an existing row. `next`: the new value; `raised`: of a column that
 * only rises.
 */
export const updatesOf = (
  table: Table,
  next: (name: string, at: number) => string,
  raised: (name: string) => string,
): string =>
  Object.values(table)
    .flatMap(({ name, later }, at) => {
      if (later === 'stays') return []
      return `${name} = ${later === 'raised' ? raised(name) : next(name, at)}`
    })
    .join(', ')

/**
 * The written values of a row, by column. An absent flag is false, and any other absent value is NULL; so is an empty
 * list: most rows have none, and stay short.
 */
export const valuesOf = (fields: Fields, row: Readonly<Record<string, unknown>>): unknown[] =>
  fields.map(([field, column]) => storedValue(column, row[field]))

/** A table's fields and their columns, in the order of `namesOf`: for `valuesOf`, which runs once a row. */
export type Fields = readonly (readonly [field: string, column: Column])[]
export const fieldsOf = (table: Table): Fields => Object.entries(table)

function storedValue({ type }: Column, value: unknown): unknown {
  if (type === 'boolean') return value === true
  return value === undefined || (Array.isArray(value) && value.length === 0) ? null : value
}
