import type { RoomId } from '@roomful/protocol'
import type { Reader } from '../stores/port'

/**
 * The first seq in these bounds whose message is of that time or later; the last one where none is. Found by halving, one
 * row a step, and not by an index: 17 look-ups in a room of 100,000 messages, against an index entry for every message
 * ever sent. An imported message may be older than the one before it; then it is a place near that time.
 */
export async function seqAtTime(
  reader: Reader,
  roomId: RoomId,
  time: string,
  bounds: { readonly floor: number; readonly last: number },
): Promise<number> {
  const ms = Date.parse(time)
  let low = bounds.floor
  let high = Math.max(bounds.floor, bounds.last)
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const query = { roomId, fromSeq: middle, toSeq: high, includeDeleted: true, limit: 1 }
    const [row] = await reader.messages({ ...query, take: 'oldest' })
    if (row === undefined || Date.parse(row.createdAt) >= ms) high = middle
    else low = row.seq + 1
  }
  return Math.min(low, high)
}
