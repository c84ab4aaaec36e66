import type { RoomState } from '@roomful/client'
import type { FarCount } from './far-count'
import type { RowsPort } from './rows-port'

/** A message by its seq or id, or a time: what `room.jumpTo` takes. */
export type ScrollPlace = number | string | Date

/** How a list scrolls. */
export type ScrollOptions = {
  /** Where a room opens: at the first unread message (else at the end), at the end, or at a place. Default `unread`. */
  readonly openAt?: 'unread' | 'end' | { readonly place: ScrollPlace }
  /** Whether what is seen at the end of a visible page is marked as read. Default true. */
  readonly markRead?: boolean
  /** What lays the rows out, where they are not all in the document; the same object over all renders. */
  readonly rows?: RowsPort
}

/** How a jump shows its message. */
export type ScrollToOptions = {
  /** `highlightedKey` names the message from its arrival on, until the next jump or the end. */
  readonly highlight?: boolean
}

/** What the list shows about the user's place. */
export type ScrollView = {
  /** The newest message is in sight, and stays so as more arrive. */
  readonly atBottom: boolean
  /**
   * Messages of others below, since the user left the bottom: for the "new messages" pill. Where not all of them are
   * loaded the server counts them, up to 20,000; past those, until it answers, and where it cannot count, deleted, own and
   * system messages that are not loaded count too. A deletion of one that is not loaded counts with the next message.
   */
  readonly newCount: number
  /** The unread divider stands after this seq; null: there is none. It stays while the user reads. */
  readonly dividerSeq: number | null
  /** The message that was jumped to with `highlight`, by its `key`. */
  readonly highlightedKey: string | null
  /** A jump has left a place, to which `goBack` returns. */
  readonly canGoBack: boolean
}

export const AT_BOTTOM: ScrollView = {
  atBottom: true,
  newCount: 0,
  dividerSeq: null,
  highlightedKey: null,
  canGoBack: false,
}

/** How far the server counts what is unread without being asked. */
export const SERVER_COUNTS_TO = 100

type Counted = Pick<RoomState, 'messages' | 'hasOlder' | 'hasNewer' | 'unread' | 'lastSeq' | 'lastReadSeq'>

/** Messages of others after `seenSeq`. Unsent ones have no seq yet. `far`: see `FarCount`. */
export function countNew(
  room: Counted,
  seenSeq: number,
  myId: string | undefined,
  far: FarCount['of'],
): number {
  const { messages, hasOlder, hasNewer, unread, lastSeq, lastReadSeq } = room
  const first = messages.find(({ seq }) => seq > 0)
  // Loaded from there to the end; else only the server can have counted them.
  const after = messages.filter(({ seq }) => seq > seenSeq)
  const count = after.filter(
    ({ senderId, deleted, type }) => senderId !== myId && !deleted && type !== 'system',
  ).length
  if (!hasNewer && (!hasOlder || (first !== undefined && first.seq <= seenSeq + 1))) return count
  if (unread < SERVER_COUNTS_TO && seenSeq === lastReadSeq) return unread
  return far(seenSeq, lastSeq) ?? Math.max(0, lastSeq - seenSeq) - (after.length - count)
}
