import type { Chat, WaitOptions } from '@roomful/client'
import type { RoomId } from './room-id'

/**
 * The last seq whose message is older than this time: a binary search, so that an hour of a room of a million messages
 * costs twenty requests. It takes the times to ascend, as they do but for imported messages.
 */
export async function seqBefore(
  chat: Chat,
  roomId: RoomId,
  timeMs: number,
  wait: WaitOptions = {},
): Promise<number> {
  const { floorSeq, lastSeq } = await chat.request('fetch-history', { roomId, limit: 1 }, wait)
  let [older, newer] = [floorSeq - 1, lastSeq + 1]
  while (newer - older > 1) {
    const middle = Math.floor((older + newer) / 2)
    const query = { roomId, afterSeq: middle - 1, limit: 1, includeDeleted: true }
    const [message] = (await chat.request('fetch-history', query, wait)).messages
    if (message !== undefined && Date.parse(message.createdAt) < timeMs) older = middle
    else newer = middle
  }
  return older
}
