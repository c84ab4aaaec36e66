import type { Message } from '@roomful/protocol'
import { LIMITS } from '@roomful/protocol/plain'
import { CHUNK_SIZE, changedChunks, countRows, type Range, rangeAround, type Timeline } from '../timeline'
import type { RoomModel } from './room-model'
import type { RowCount } from './unread'

/** Does this row count as unread for `me`, its place apart? (I13) */
const counts = (row: Message, me: string | null): boolean =>
  !row.deleted && row.senderId !== me && row.type !== 'system'

/**
 * The unread count (I13): exact where the rows after the read cursor are held and live, otherwise the server's count
 * carried on by the changes since. Never `lastSeq - lastReadSeq`.
 */
export function unreadOf(model: RoomModel, readSeq: number): number {
  const rows = unreadRows(model, readSeq)
  const { ofRows, serverUnread } = model.unread
  if (rows === undefined) return readSeq >= model.rows.lastSeq ? 0 : serverUnread
  if (ofRows !== null && isOf(ofRows, model, rows)) return Math.min(ofRows.count, LIMITS.unreadCap)
  return countIn(model.rows.timeline, rows, model.me, LIMITS.unreadCap)
}

/** The rows after the read cursor; undefined where not all are held, or they are not known to be the server's. */
export function unreadRows({ rows, sync }: RoomModel, readSeq: number): Range | undefined {
  const { timeline, tail, lastSeq, floorSeq, fromOldEpoch } = rows
  // A room that is not live may have missed edits and deletes: then the server's count is the better one.
  if (sync.subscription !== 'synced' || fromOldEpoch || tail === null || tail < lastSeq) return undefined
  const from = Math.max(readSeq + 1, floorSeq)
  const isHeld = from > tail || (rangeAround(timeline, from)?.to ?? 0) >= tail
  return isHeld ? { from, to: tail } : undefined
}

/**
 * Carries the count of unread rows on to what the room is now. It looks at the rows that the read cursor has passed, and at
 * the chunks that differ: what is unread beside them costs nothing.
 */
export function counted(model: RoomModel, readSeq: number): RoomModel {
  const { me, unread } = model
  const { ofRows } = unread
  const { timeline } = model.rows
  const rows = unreadRows(model, readSeq)
  if (rows === undefined) return ofRows === null ? model : { ...model, unread: { ...unread, ofRows: null } }
  if (ofRows !== null && isOf(ofRows, model, rows)) return model
  const isOnward = ofRows !== null && ofRows.me === me && ofRows.from <= rows.from && ofRows.to <= rows.to
  const count = isOnward ? carriedCount(ofRows, timeline, rows) : countIn(timeline, rows, me)
  return { ...model, unread: { ...unread, ofRows: { timeline, ...rows, me, count } } }
}

const isOf = (count: RowCount, { rows, me }: RoomModel, { from, to }: Range): boolean =>
  count.timeline === rows.timeline && count.from === from && count.to === to && count.me === me

function carriedCount(before: RowCount, timeline: Timeline, { from, to }: Range): number {
  const { me } = before
  if (from > to) return 0
  let { count } = before
  count -= countIn(before.timeline, { from: before.from, to: Math.min(from - 1, before.to) }, me)
  for (const index of changedChunks(before.timeline, timeline)) {
    const first = Math.max(from, index * CHUNK_SIZE)
    const part = { from: first, to: Math.min(to, (index + 1) * CHUNK_SIZE - 1) }
    count += countIn(timeline, part, me) - countIn(before.timeline, part, me)
  }
  return count
}

const countIn = (
  timeline: Timeline,
  range: Range,
  me: string | null,
  most = Number.POSITIVE_INFINITY,
): number => (range.from > range.to ? 0 : countRows(timeline, range, most, (row) => counts(row, me)))
