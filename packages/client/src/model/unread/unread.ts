import type { Change } from '@roomful/protocol'
import { LIMITS } from '@roomful/protocol/plain'
import type { Timeline } from '../rows/timeline'

/** How much of the room the user has not read (I13). */
export type Unread = {
  /** The confirmed read cursor. */
  readonly lastReadSeq: number
  /** The server's count, carried on by the changes up to the cursor. */
  readonly serverUnread: number
  /** The last seq that `serverUnread` counts. */
  readonly throughSeq: number
  /** The rev that the server gave it as of: what the cursor passes up to there is in it already. */
  readonly asOfRev: number
  /** It cannot be carried on: ask. */
  readonly stale: boolean
  readonly rowCounts: RowCounts
}

/** How many of the rows `from..to` of a timeline count as unread. */
export type RowCount = {
  readonly timeline: Timeline
  readonly from: number
  readonly to: number
  readonly me: string | null
  readonly count: number
}

/**
 * The last count of unread rows, from which the next one continues. All versions of a room share this memo: the count
 * follows from the rows alone, and the memo is only a starting point.
 */
export type RowCounts = { last: RowCount | null }

export const newUnread = (): Unread => ({
  lastReadSeq: 0,
  serverUnread: 0,
  throughSeq: 0,
  asOfRev: 0,
  stale: false,
  rowCounts: { last: null },
})

/** The confirmed read cursor moves. The server's count was of the old one: ask for a new one unless all is read (I13). */
export function movedRead(unread: Unread, seq: number): Unread {
  if (seq <= unread.lastReadSeq) return unread
  const isAllRead = seq >= unread.throughSeq
  const serverUnread = isAllRead ? 0 : unread.serverUnread
  return { ...unread, lastReadSeq: seq, serverUnread, stale: unread.stale || !isAllRead }
}

/**
 * Updates the server's count by one change, in rev order and each once: a new message of another user adds one, a
 * delete of an unread one subtracts one. A count at the server's cap means "that many or more", and is never reduced.
 */
export function carryUnread(
  unread: Unread,
  change: Change,
  { me, floorSeq }: { readonly me: string | null; readonly floorSeq: number },
): Unread {
  if (change.kind !== 'message') return unread
  const row = change.message
  const { serverUnread, throughSeq, lastReadSeq } = unread
  // A batch that both sends and deletes may show the last state already at the first change.
  const deleted = row.deleted && row.rev === change.rev
  const isNew = row.seq > throughSeq
  // What lies between has changed since it was sent: it comes at the rev of that change, and would pass for counted.
  const stale = unread.stale || row.seq > throughSeq + 1
  const isUnread =
    row.seq > lastReadSeq && row.seq >= floorSeq && row.senderId !== me && row.type !== 'system'
  let count = serverUnread
  if (isUnread && isNew && !deleted) count = Math.min(count + 1, LIMITS.unreadCap)
  if (isUnread && !isNew && deleted && count > 0 && count < LIMITS.unreadCap) count--
  if (!isNew && count === serverUnread && stale === unread.stale) return unread
  return {
    lastReadSeq,
    serverUnread: count,
    throughSeq: isNew ? row.seq : throughSeq,
    asOfRev: unread.asOfRev,
    stale,
    rowCounts: unread.rowCounts,
  }
}
