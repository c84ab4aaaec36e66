import { type FetchHistory, type FetchHistoryAck, LIMITS, type Message, type UserId } from '@roomful/protocol'
import { denialOf } from '../core/authorise'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import { NO_KINDS } from '../core/room-kinds'
import { toWire } from '../core/stored-message'
import type { Reader } from '../stores/port'
import { messageSize, REPLY_BYTES, whatFits } from './reply-size'
import { rowsToRead } from './row-steps'
import { seqAtTime } from './seq-at-time'

/** Rows of a page, ascending, and the span they are complete for. An empty page has `to < from`. */
type Page = { readonly rows: readonly Message[]; readonly from: number; readonly to: number }
/** The seqs that this reader may see. */
type Bounds = { readonly floor: number; readonly last: number }

/**
 * One page of a room's history and the head, in one snapshot. In `fromSeq..toSeq` a seq that is absent from the rows is
 * deleted; with `includeDeleted` none is absent. `minRev` holds because it reads from the store that commits write to.
 *
 * A purged place that is asked for directly is refused as HISTORY_TRUNCATED. Paging back ends at the floor with an
 * empty page, as it ends at the first message, and paging forward begins there.
 *
 * A page of long messages holds fewer of them than `limit`: at most `bytes` in all, but always one.
 */
export async function fetchHistory(
  reader: Reader,
  viewer: UserId,
  request: FetchHistory,
  bytes = REPLY_BYTES,
): Promise<FetchHistoryAck | Refusal> {
  const { afterSeq, aroundId, aroundTime } = request
  const anchors = [request.beforeSeq ?? undefined, afterSeq, request.aroundSeq, aroundId, aroundTime]
  if (anchors.filter((anchor) => anchor !== undefined).length > 1) {
    return refuse('INVALID_PAYLOAD', { field: 'aroundSeq' })
  }
  const [membership] = await reader.memberships(viewer, [request.roomId])
  const room = membership?.room
  const member = membership?.member
  const denial = denialOf('read', { room, member, serverAdmin: false, kinds: NO_KINDS })
  if (!room || !member || denial) return refuse(denial ?? 'ROOM_NOT_FOUND')

  const { floorSeq } = membership
  const { aroundSeq } = request
  if (aroundSeq !== undefined && aroundSeq < floorSeq && aroundSeq >= Math.max(1, member.fromSeq))
    return refuse('HISTORY_TRUNCATED', { field: 'aroundSeq' })
  const bounds: Bounds = { floor: Math.max(1, member.fromSeq, floorSeq), last: room.lastSeq }
  const found = await foundSeq(reader, request, bounds)
  if (found === null) return refuse('MESSAGE_NOT_FOUND', { field: 'aroundId' })
  const read = { reader, request: { ...request, ...found }, bounds, viewer }
  const page = await pageOf(read, { rows: request.limit ?? LIMITS.historyPageDefault, bytes })
  return {
    ok: true,
    messages: [...page.rows],
    rev: room.rev,
    fromSeq: page.from,
    toSeq: page.to,
    lastSeq: room.lastSeq,
    floorSeq: bounds.floor,
    ...found,
  }
}

/** The place that an id or a time names; null: the reader may see no such message. */
async function foundSeq(
  reader: Reader,
  { roomId, aroundId, aroundTime }: FetchHistory,
  bounds: Bounds,
): Promise<{ aroundSeq?: number } | null> {
  if (aroundTime !== undefined) return { aroundSeq: await seqAtTime(reader, roomId, aroundTime, bounds) }
  if (aroundId === undefined) return {}
  const seq = await reader.seqOfMessage(roomId, aroundId)
  return seq === undefined || seq < bounds.floor || seq > bounds.last ? null : { aroundSeq: seq }
}

type Read = {
  readonly reader: Reader
  readonly request: FetchHistory
  readonly bounds: Bounds
  readonly viewer: UserId
}
/** The most that a page may hold. */
type Most = { readonly rows: number; readonly bytes: number }

function pageOf(read: Read, most: Most): Promise<Page> {
  const { request, bounds } = read
  // Compared before arithmetic: 2^53 - 1 plus one is no longer a safe integer.
  const clamp = (seq: number): number => Math.min(Math.max(seq, bounds.floor - 1), bounds.last)
  if (request.afterSeq !== undefined) {
    const after = request.afterSeq >= bounds.last ? bounds.last : clamp(request.afterSeq)
    return newer(read, after + 1, most)
  }
  if (request.aroundSeq !== undefined) return around(read, clamp(request.aroundSeq), most)
  const before = request.beforeSeq ?? undefined
  return older(read, before === undefined ? bounds.last : clamp(before - 1), most)
}

/** The newest rows that end at `to`. */
async function older(read: Read, to: number, most: Most): Promise<Page> {
  const { includeDeleted = false } = read.request
  const { floor } = read.bounds
  // Without deleted rows the page may reach further back than `most.rows` seqs; with them it cannot.
  const from = includeDeleted ? Math.max(floor, to - most.rows + 1) : floor
  if (most.rows < 1 || to < from) return { rows: [], from: to + 1, to }
  const { found, isAll: isRead } = await rowsOf(read, from, to, 'newest', most)
  const rows = [...whatFits(found, messageSize, most.bytes)].reverse()
  const isAll = isRead && rows.length === found.length
  return { rows, from: isAll ? from : (rows[0]?.seq ?? from), to }
}

/** The oldest rows that begin at `from`. */
async function newer(read: Read, from: number, most: Most): Promise<Page> {
  const { includeDeleted = false } = read.request
  const { last } = read.bounds
  const to = includeDeleted ? Math.min(last, from + most.rows - 1) : last
  if (most.rows < 1 || to < from) return { rows: [], from, to: from - 1 }
  const { found, isAll: isRead } = await rowsOf(read, from, to, 'oldest', most)
  const rows = whatFits(found, messageSize, most.bytes)
  const isAll = isRead && rows.length === found.length
  return { rows, from, to: isAll ? to : (rows.at(-1)?.seq ?? to) }
}

/** Half a page up to `seq` and half past it; where one side is short the other gets the rest. */
async function around(read: Read, seq: number, most: Most): Promise<Page> {
  const half = { rows: Math.ceil(most.rows / 2), bytes: most.bytes / 2 }
  const before = await older(read, seq, half)
  const left = less(most, before.rows)
  const after = left.bytes > 0 ? await newer(read, seq + 1, left) : { rows: [], to: before.to }
  const rest = less(left, after.rows)
  const hasMore = rest.bytes > 0 && after.to >= read.bounds.last
  const further = hasMore ? await older(read, before.from - 1, rest) : { rows: [], from: before.from }
  return { rows: [...further.rows, ...before.rows, ...after.rows], from: further.from, to: after.to }
}

/** In the order in which they are read, from one end: all that there are, or as many as fit and perhaps some more. */
async function rowsOf(
  { reader, request, viewer }: Read,
  from: number,
  to: number,
  take: 'newest' | 'oldest',
  most: Most,
): Promise<{ readonly found: readonly Message[]; readonly isAll: boolean }> {
  const { roomId, includeDeleted = false } = request
  const found: Message[] = []
  let size = 0
  let [fromSeq, toSeq] = [from, to]
  while (found.length < most.rows && size <= most.bytes) {
    const limit = Math.min(rowsToRead(found.length, size, most.bytes), most.rows - found.length)
    const rows = await reader.messages({ roomId, fromSeq, toSeq, includeDeleted, take, limit })
    for (const row of take === 'newest' ? [...rows].reverse() : rows) {
      const message = toWire(row, viewer)
      found.push(message)
      size += messageSize(message)
    }
    const last = found.at(-1)
    if (rows.length < limit || !last) return { found, isAll: true }
    if (take === 'newest') toSeq = last.seq - 1
    else fromSeq = last.seq + 1
  }
  return { found, isAll: false }
}

const less = ({ rows, bytes }: Most, taken: readonly Message[]): Most => ({
  rows: rows - taken.length,
  bytes: taken.reduce((left, row) => left - messageSize(row), bytes),
})
