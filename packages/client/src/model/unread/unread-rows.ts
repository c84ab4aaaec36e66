import type { Message } from '@roomful/protocol'
import { LIMITS } from '@roomful/protocol/plain'
import type { RoomModel } from '../room/room-model'
import { changedRows, countRows, type Range, rangeAround, type Timeline } from '../rows/timeline'
import type { RowCount, RowCounts } from './unread'

/** Does this row count as unread for `me`, its place apart? (I13) */
const counts = (row: Message, me: string | null): boolean =>
  !row.deleted && row.senderId !== me && row.type !== 'system'

/**
 * The unread count (I13): exact where the rows after the read cursor are held and live, otherwise the server's count
 * carried on by the changes since. Never `lastSeq - lastReadSeq`.
 */
export function unreadOf(model: RoomModel, readSeq: number): number {
  const range = unreadRows(model, readSeq)
  const { rows, unread, me } = model
  // Nothing to carry on from: the memo must not hold rows that have left the room.
  if (range === undefined || range.from > range.to) unread.rowCounts.last = null
  if (range === undefined) return readSeq >= rows.lastSeq ? 0 : unread.serverUnread
  if (range.from > range.to) return 0
  return Math.min(
    countUnread(unread.rowCounts, { timeline: rows.timeline, from: range.from, to: range.to, me }),
    LIMITS.unreadCap,
  )
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

/** Updates the last count for these rows: it reads those that the read cursor has passed, and those that differ. */
function countUnread(memo: RowCounts, now: Omit<RowCount, 'count'>): number {
  const { last } = memo
  const isOnward = last !== null && last.me === now.me && last.from <= now.from && last.to <= now.to
  const count = isOnward ? carriedCount(last, now) : countIn(now.timeline, now, now.me)
  memo.last = { timeline: now.timeline, from: now.from, to: now.to, me: now.me, count }
  return count
}

function carriedCount(last: RowCount, { timeline, from, to, me }: Omit<RowCount, 'count'>): number {
  const passed = { from: last.from, to: Math.min(from - 1, last.to) }
  let count = last.count - countIn(last.timeline, passed, me)
  changedRows(last.timeline, timeline, { from, to }, (old, row) => {
    if (old && counts(old, me)) count--
    if (row && counts(row, me)) count++
  })
  return count
}

const countIn = (timeline: Timeline, range: Range, me: string | null): number =>
  range.from > range.to ? 0 : countRows(timeline, range, Number.POSITIVE_INFINITY, (row) => counts(row, me))
