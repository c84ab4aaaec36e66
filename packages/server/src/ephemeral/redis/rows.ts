import type { Member, Preview, Report, Room } from '@roomful/protocol'
import type { StoredMessage } from '../../core/ops'
import { shownFile } from '../../core/shown-file'

/** A reply of Redis, not validated yet. */
export type Reply = unknown

// The keys are ours, so a wrong type is a bug or the work of another program: it throws instead of spreading.

export function listOf(reply: Reply): readonly Reply[] {
  if (!Array.isArray(reply)) throw new TypeError('Redis answered with no list')
  return reply
}

export function textOf(reply: Reply): string {
  if (typeof reply !== 'string') throw new TypeError('Redis answered with no text')
  return reply
}

export function numberOf(reply: Reply): number {
  const value = Number(reply)
  if (reply === null || !Number.isSafeInteger(value)) throw new TypeError('Redis answered with no number')
  return value
}

/** JSON that this server validated and wrote: the one place where it gets its type back. */
const fromJson = <T>(reply: Reply): T => JSON.parse(textOf(reply)) as T

/** The counters are not part of the room's row. */
export function roomFrom(json: Reply, rev: Reply, seq: Reply, count: Reply): Room {
  const room = fromJson<Room>(json)
  return { ...room, rev: numberOf(rev), lastSeq: numberOf(seq), memberCount: numberOf(count) }
}

/** The cursor moves separately from the row. */
export function memberFrom(json: Reply, cursor: Reply): Member {
  const member = fromJson<Member>(json)
  return cursor === null ? member : { ...member, lastReadSeq: numberOf(cursor) }
}

/** Rows and cursors, as two lists. Users without a row are left out. */
export function membersFrom(rows: Reply, cursors: Reply): readonly Member[] {
  const reads = listOf(cursors)
  return listOf(rows).flatMap((row, index) => (row === null ? [] : [memberFrom(row, reads[index] ?? null)]))
}

export const messageFrom = (json: Reply): StoredMessage => fromJson<StoredMessage>(json)
export const previewFrom = (json: Reply): Preview => fromJson<Preview>(json)
export const reportFrom = (value: Reply): Report => fromJson<Report>(textOf(value).slice(1))
export const reportValue = (report: Report): string =>
  `${report.resolvedAt === null ? 0 : 1}${JSON.stringify(report)}`

/** `<1: may be unread><sender> <id> <file>`, by lines: what the scripts need of a row without parsing it. */
export function briefOf(row: StoredMessage): string {
  const counts = row.deleted || row.type === 'system' ? 0 : 1
  return `${counts}${row.senderId}\n${row.id}\n${shownFile(row) ?? ''}`
}
