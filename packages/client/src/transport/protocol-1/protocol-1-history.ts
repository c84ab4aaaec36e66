import type { Delta, FetchHistoryAck, RoomCursor } from '@roomful/protocol'
import { LIMITS } from '@roomful/protocol/plain'
import type { Protocol1Room } from './protocol-1-room'
import { type Protocol1Row, readProtocol1Row } from './protocol-1-rows'

/** Servers of protocol 1 return 50 a page by default, and may not return more on request. */
const PAGE = 50
/** Up to this many new rows come whole; beyond it the newest page comes, and leaves a hole. */
const TAIL_PAGES = 4

/** Rows before a place, oldest first, without the deleted. Null: no answer. */
export type FetchPage = (
  beforeSeq: number | undefined,
  limit: number,
) => Promise<readonly Protocol1Row[] | null>

/** What was read of a stretch, and when it was asked for. */
type ReadRows = { rows: Protocol1Row[]; from: number; since: number; known: number; limited: boolean }

/** Reads backwards from before `before` (undefined: from the newest), down to `after`, or until `most` pages are read. */
async function readBack(
  room: Protocol1Room,
  fetch: FetchPage,
  { before, after, most }: { before?: number; after: number; most: number },
): Promise<ReadRows | null> {
  const found: ReadRows = {
    rows: [],
    from: after + 1,
    since: room.events,
    known: room.lastSeq,
    limited: false,
  }
  let place = before
  for (let pages = 1; ; pages++) {
    const page = await fetch(place, PAGE)
    if (page === null) return null
    found.rows.unshift(...page)
    const first = page[0]
    if (first === undefined || page.length < PAGE || first.seq <= after + 1) return found
    place = first.seq
    if (pages === most) return { ...found, from: first.seq, limited: true }
  }
}

/**
 * What a sync asks for, from a server that has only pages. A connection that is new reads the whole held window again,
 * because that is the only way to learn of edits and deletes; a gap on a live connection needs the newest rows alone.
 */
export async function deltaOf(
  room: Protocol1Room,
  fetch: FetchPage,
  cursor: RoomCursor,
): Promise<Delta | null> {
  const { minSeq, maxSeq } = cursor
  const again = !room.isFresh && maxSeq > 0
  const window = again
    ? await readBack(room, fetch, { before: maxSeq + 1, after: minSeq - 1, most: Number.POSITIVE_INFINITY })
    : undefined
  const tail = await readBack(room, fetch, { after: maxSeq, most: maxSeq === 0 ? 1 : TAIL_PAGES })
  if (tail === null || window === null) return null
  // From here to the end in one step: the answer is of one moment, whatever arrived while it was read.
  const lastSeq = room.lastSeqOf(tail.rows.at(-1)?.seq ?? 0, tail.known)
  const rows = room.read(tail.rows, tail.from, lastSeq, tail.since)
  const patch = window ? room.read(window.rows, minSeq, maxSeq, window.since) : []
  room.forgetMissing(tail.from)
  room.isFresh = true
  room.lastReadSeq ??= Math.max(0, lastSeq - room.unread)
  return {
    rev: room.soundRev(),
    lastSeq,
    patch: patch.filter((row) => row.rev > cursor.rev),
    tail: rows,
    tailFrom: tail.from,
    limited: tail.limited,
    lastReadSeq: room.lastReadSeq,
    floorSeq: 1,
    unread: Math.min(room.unread, LIMITS.unreadCap),
  }
}

/** A page of history; each kind of place becomes a place before which the server can be asked. */
export async function pageOf(
  room: Protocol1Room,
  fetch: FetchPage,
  query: { beforeSeq?: number | null; afterSeq?: number; aroundSeq?: number },
): Promise<Omit<FetchHistoryAck, 'ok'> | null> {
  const since = room.events
  const place =
    query.afterSeq !== undefined
      ? query.afterSeq + PAGE + 1
      : query.aroundSeq !== undefined
        ? query.aroundSeq + PAGE / 2
        : (query.beforeSeq ?? room.lastSeq + 1)
  const page = await fetch(place, PAGE)
  if (page === null) return null
  const to = Math.min(place - 1, room.lastSeq)
  const first = page.length < PAGE ? 1 : (page[0]?.seq ?? 1)
  const from = query.afterSeq === undefined ? first : Math.max(first, query.afterSeq + 1)
  const { lastSeq } = room
  const messages = to < from ? [] : room.read(page, from, to, since)
  return { messages, rev: room.rev, fromSeq: from, toSeq: to, lastSeq, floorSeq: 1 }
}

export const readPage = (answer: unknown, roomId: string): readonly Protocol1Row[] | null => {
  const messages =
    typeof answer === 'object' && answer !== null && 'messages' in answer ? answer.messages : undefined
  if (!Array.isArray(messages)) return null
  return messages.flatMap((row) => readProtocol1Row(row, roomId) ?? []).sort((a, b) => a.seq - b.seq)
}
