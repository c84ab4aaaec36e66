import type { Change, Message } from '@roomful/protocol'
import { LIMITS } from '@roomful/protocol/plain'
import { at, rangeAround, type Timeline } from '../timeline'
import type { RoomCore } from './room-core'

/** Does this row count as unread for `me`, its place apart? (I13) */
const counts = (row: Message, me: string | null): boolean =>
  !row.deleted && row.senderId !== me && row.type !== 'system'

/**
 * The unread figure (I13): exact where the rows after the read cursor are held and live, otherwise the server's figure
 * carried on by the changes since. Never `lastSeq - lastReadSeq`.
 */
export function unreadOf(core: RoomCore, readSeq: number): number {
  const exact = exactUnread(core, readSeq)
  if (exact !== undefined) return exact
  return readSeq >= core.lastSeq ? 0 : core.figure
}

/** Undefined where the rows that it needs are not held, or not known to be the server's. */
export function exactUnread(core: RoomCore, readSeq: number): number | undefined {
  const { timeline, tail, lastSeq } = core
  // A room that is not live may have missed edits and deletes: then the server's figure is the better one.
  if (!core.fresh || core.foreign || tail === null || tail < lastSeq) return undefined
  const from = Math.max(readSeq + 1, core.floorSeq)
  if (from > tail) return 0
  const range = rangeAround(timeline, from)
  if (range === undefined || range.to < tail) return undefined
  return countUnread(timeline, from, tail, core.me)
}

/** Up to the cap, as the server counts: from the newest down, so that it costs the same however much is unread. */
function countUnread(timeline: Timeline, from: number, to: number, me: string | null): number {
  let count = 0
  for (let seq = to; seq >= from && count < LIMITS.unreadCap; seq--) {
    const row = at(timeline, seq)
    if (row !== undefined && counts(row, me)) count++
  }
  return count
}

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
