import type { Change } from '@roomful/protocol'
import { LIMITS } from '@roomful/protocol/plain'
import type { Timeline } from '../timeline'

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
  /** The exact count, of the rows that are held; null where they do not give it. */
  readonly ofRows: RowCount | null
}

/** How many of the rows `from..to` of a timeline count as unread: carried on from event to event. */
export type RowCount = {
  readonly timeline: Timeline
  readonly from: number
  readonly to: number
  readonly me: string | null
  readonly count: number
}

export const newUnread = (): Unread => ({
  lastReadSeq: 0,
  serverUnread: 0,
  throughSeq: 0,
  asOfRev: 0,
  stale: false,
  ofRows: null,
})

/** The confirmed read cursor moves. The server's count was of the old one: ask for a new one unless all is read (I13). */
export function movedRead(unread: Unread, seq: number): Unread {
  if (seq <= unread.lastReadSeq) return unread
  const isAllRead = seq >= unread.throughSeq
  const serverUnread = isAllRead ? 0 : unread.serverUnread
  return { ...unread, lastReadSeq: seq, serverUnread, stale: unread.stale || !isAllRead }
}

/**
 * Carries the server's count over one change, in rev order and each once: a new message of another user adds one, a delete
 * of one that was unread takes one off. A count at the server's cap says "that many or more", and is not taken down from.
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
  const carried = {
    ...unread,
    throughSeq: isNew ? row.seq : throughSeq,
    // What lies between has changed since it was sent: it comes at the rev of that change, and would pass for counted.
    stale: unread.stale || row.seq > throughSeq + 1,
  }
  const isUnread = row.seq > lastReadSeq && row.seq >= floorSeq && row.senderId !== me
  if (!isUnread || row.type === 'system' || (isNew && deleted)) return carried
  if (isNew) return { ...carried, serverUnread: Math.min(serverUnread + 1, LIMITS.unreadCap) }
  const takesOff = deleted && serverUnread > 0 && serverUnread < LIMITS.unreadCap
  return takesOff ? { ...carried, serverUnread: serverUnread - 1 } : carried
}
