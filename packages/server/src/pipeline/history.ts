import { type FetchHistory, type FetchHistoryAck, LIMITS, type UserId } from '@roomful/protocol'
import { denialOf } from '../core/authorise'
import type { Refusal, StoredMessage } from '../core/ops'
import { refuse } from '../core/refusal'
import { toWire } from '../core/stored-message'
import type { Reader } from '../stores/port'

/** Rows of a page, ascending, and the span they are complete for. An empty page has `to < from`. */
type Page = { readonly rows: readonly StoredMessage[]; readonly from: number; readonly to: number }
/** The seqs this reader may see at all. */
type Bounds = { readonly floor: number; readonly last: number }

/**
 * One page of a room's history and the head, in one snapshot. In `fromSeq..toSeq` a seq that is absent from the rows
 * is deleted; with `includeDeleted` none is absent. `minRev` is met by reading from the store that commits write to.
 *
 * Of what was purged: a place that is asked for itself is refused as HISTORY_TRUNCATED. Paging back ends at the floor
 * with an empty page, as it ends at the first message, and paging on begins there.
 */
export async function fetchHistory(
  reader: Reader,
  viewer: UserId,
  request: FetchHistory,
): Promise<FetchHistoryAck | Refusal> {
  const anchors = [request.beforeSeq ?? undefined, request.afterSeq, request.aroundSeq]
  if (anchors.filter((anchor) => anchor !== undefined).length > 1) {
    return refuse('INVALID_PAYLOAD', { field: 'aroundSeq' })
  }
  const [membership] = await reader.memberships(viewer, [request.roomId])
  const room = membership?.room
  const member = membership?.member
  const denial = denialOf('read', { room, member, serverAdmin: false })
  if (!room || !member || denial) return refuse(denial ?? 'ROOM_NOT_FOUND')

  const { floorSeq } = membership
  const { aroundSeq } = request
  if (aroundSeq !== undefined && aroundSeq < floorSeq && aroundSeq >= Math.max(1, member.fromSeq))
    return refuse('HISTORY_TRUNCATED', { field: 'aroundSeq' })
  const bounds: Bounds = { floor: Math.max(1, member.fromSeq, floorSeq), last: room.lastSeq }
  const page = await pageOf(reader, request, bounds)
  return {
    ok: true,
    messages: page.rows.map((row) => toWire(row, viewer)),
    rev: room.rev,
    fromSeq: page.from,
    toSeq: page.to,
    lastSeq: room.lastSeq,
    floorSeq: bounds.floor,
  }
}

function pageOf(reader: Reader, request: FetchHistory, bounds: Bounds): Promise<Page> {
  const limit = request.limit ?? LIMITS.historyPageDefault
  // Compared before it is counted with: 2^53 - 1 plus one is no longer a safe integer.
  const clamp = (seq: number): number => Math.min(Math.max(seq, bounds.floor - 1), bounds.last)
  if (request.afterSeq !== undefined) {
    const after = request.afterSeq >= bounds.last ? bounds.last : clamp(request.afterSeq)
    return newer(reader, request, after + 1, limit, bounds)
  }
  if (request.aroundSeq !== undefined) return around(reader, request, clamp(request.aroundSeq), limit, bounds)
  const before = request.beforeSeq ?? undefined
  return older(reader, request, before === undefined ? bounds.last : clamp(before - 1), limit, bounds)
}

/** Up to `limit` rows that end at `to`. */
async function older(
  reader: Reader,
  { roomId, includeDeleted = false }: FetchHistory,
  to: number,
  limit: number,
  { floor }: Bounds,
): Promise<Page> {
  // Without the deleted the page may reach further back than `limit` seqs; with them it cannot.
  const from = includeDeleted ? Math.max(floor, to - limit + 1) : floor
  if (limit < 1 || to < from) return { rows: [], from: to + 1, to }
  const rows = await reader.messages({
    roomId,
    fromSeq: from,
    toSeq: to,
    includeDeleted,
    take: 'newest',
    limit,
  })
  return { rows, from: rows.length < limit ? from : (rows[0]?.seq ?? from), to }
}

/** Up to `limit` rows that begin at `from`. */
async function newer(
  reader: Reader,
  { roomId, includeDeleted = false }: FetchHistory,
  from: number,
  limit: number,
  { last }: Bounds,
): Promise<Page> {
  const to = includeDeleted ? Math.min(last, from + limit - 1) : last
  if (limit < 1 || to < from) return { rows: [], from, to: from - 1 }
  const rows = await reader.messages({
    roomId,
    fromSeq: from,
    toSeq: to,
    includeDeleted,
    take: 'oldest',
    limit,
  })
  return { rows, from, to: rows.length < limit ? to : (rows.at(-1)?.seq ?? to) }
}

/** Half a page up to `seq` and half past it; where one side is short the other gets what is left over. */
async function around(
  reader: Reader,
  request: FetchHistory,
  seq: number,
  limit: number,
  bounds: Bounds,
): Promise<Page> {
  const half = Math.ceil(limit / 2)
  const before = await older(reader, request, seq, half, bounds)
  const after = await newer(reader, request, seq + 1, limit - before.rows.length, bounds)
  const rest = limit - before.rows.length - after.rows.length
  const further =
    rest > 0 ? await older(reader, request, before.from - 1, rest, bounds) : { rows: [], from: before.from }
  return { rows: [...further.rows, ...before.rows, ...after.rows], from: further.from, to: after.to }
}
