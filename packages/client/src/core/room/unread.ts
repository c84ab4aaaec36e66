import type { Change, Message } from '@roomful/protocol'
import { LIMITS } from '@roomful/protocol/plain'
import { CHUNK_SIZE, changedChunks, countRows, type Range, rangeAround, type Timeline } from '../timeline'
import { amended, type RoomCore } from './room-core'

/** Does this row count as unread for `me`, its place apart? (I13) */
const counts = (row: Message, me: string | null): boolean =>
  !row.deleted && row.senderId !== me && row.type !== 'system'

/** How many of the rows `from..to` of a timeline count as unread: carried on from event to event. */
export type RowCount = {
  readonly timeline: Timeline
  readonly from: number
  readonly to: number
  readonly me: string | null
  readonly count: number
}

/**
 * The unread figure (I13): exact where the rows after the read cursor are held and live, otherwise the server's figure
 * carried on by the changes since. Never `lastSeq - lastReadSeq`.
 */
export function unreadOf(core: RoomCore, readSeq: number): number {
  const rows = unreadRows(core, readSeq)
  if (rows === undefined) return readSeq >= core.lastSeq ? 0 : core.figure
  const { rowCount } = core
  if (rowCount !== null && isOf(rowCount, core, rows)) return Math.min(rowCount.count, LIMITS.unreadCap)
  return countIn(core.timeline, rows, core.me, LIMITS.unreadCap)
}

/** The rows after the read cursor; undefined where not all are held, or they are not known to be the server's. */
export function unreadRows(core: RoomCore, readSeq: number): Range | undefined {
  const { timeline, tail, lastSeq } = core
  // A room that is not live may have missed edits and deletes: then the server's figure is the better one.
  if (!core.fresh || core.foreign || tail === null || tail < lastSeq) return undefined
  const from = Math.max(readSeq + 1, core.floorSeq)
  const isHeld = from > tail || (rangeAround(timeline, from)?.to ?? 0) >= tail
  return isHeld ? { from, to: tail } : undefined
}

/**
 * Carries the count of unread rows on to what the room is now. It looks at the rows that the read cursor has passed, and at
 * the chunks that differ: what is unread beside them costs nothing.
 */
export function counted(core: RoomCore, readSeq: number): RoomCore {
  const { timeline, me, rowCount } = core
  const rows = unreadRows(core, readSeq)
  if (rows === undefined) return rowCount === null ? core : amended(core, { rowCount: null })
  if (rowCount !== null && isOf(rowCount, core, rows)) return core
  const count = rowCount?.me === me ? carriedCount(rowCount, timeline, rows) : countIn(timeline, rows, me)
  return amended(core, { rowCount: { timeline, ...rows, me, count } })
}

const isOf = (count: RowCount, { timeline, me }: RoomCore, { from, to }: Range): boolean =>
  count.timeline === timeline && count.from === from && count.to === to && count.me === me

function carriedCount(before: RowCount, timeline: Timeline, { from, to }: Range): number {
  const { me } = before
  let { count } = before
  count -= countIn(before.timeline, { from: before.from, to: Math.min(from - 1, before.to) }, me)
  count += countIn(before.timeline, { from, to: Math.min(before.from - 1, to) }, me)
  count -= countIn(before.timeline, { from: Math.max(to + 1, before.from, from), to: before.to }, me)
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

/** `doubt`: what it counts is not certain. */
type Figure = { readonly figure: number; readonly counted: number; readonly doubt: boolean }

/**
 * Carries the figure over one change, in rev order and each once: a new message of another adds one, a delete of one that
 * was unread takes one off. A figure at the server's cap says "that many or more", and is not taken down from.
 */
export function carryFigure(
  base: Figure,
  change: Change,
  who: { me: string | null; lastReadSeq: number; floorSeq: number },
): Figure {
  if (change.kind !== 'message') return base
  const row = change.message
  // A batch that both sends and deletes may show the last state already at the first change.
  const deleted = row.deleted && row.rev === change.rev
  const isNew = row.seq > base.counted
  const counted = isNew ? row.seq : base.counted
  // What lies between has changed since it was sent: it comes at the rev of that change, and would pass for counted.
  const doubt = base.doubt || row.seq > base.counted + 1
  const unread = row.seq > who.lastReadSeq && row.seq >= who.floorSeq && row.senderId !== who.me
  if (!unread || row.type === 'system' || (isNew && deleted)) return { figure: base.figure, counted, doubt }
  if (isNew) return { figure: Math.min(base.figure + 1, LIMITS.unreadCap), counted, doubt }
  const takesOff = deleted && base.figure > 0 && base.figure < LIMITS.unreadCap
  return { figure: takesOff ? base.figure - 1 : base.figure, counted, doubt }
}
