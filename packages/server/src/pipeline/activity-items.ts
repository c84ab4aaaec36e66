import { asUserId, type RoomListItem, type UserId } from '@roomful/protocol'
import type { Attendance, Reader } from '../stores/port'

/** One item of a user's room list. */
export type UsersItem = { readonly userId: UserId; readonly item: RoomListItem }

/** Stands for a user whose row is not needed. */
const NOBODY = asUserId('nobody')

/** Room list items of many users, in one snapshot: three queries, however many users and rooms. */
export async function itemsOf(reader: Reader, pairs: readonly Attendance[]): Promise<readonly UsersItem[]> {
  const roomIds = [...new Set(pairs.map(({ roomId }) => roomId))]
  const found = await reader.memberships(NOBODY, roomIds)
  const rooms = new Map(found.map(({ room }) => [room.id, room]))
  const previews = await reader.previews(roomIds)
  const standings = await reader.standings(pairs)
  return standings.flatMap(({ member: { roomId, userId, role, lastReadSeq, fromSeq }, unread }) => {
    const room = rooms.get(roomId)
    if (!room) return []
    const newest = previews.get(roomId)
    // A member may not see messages from before they joined (again), not even a preview (I14).
    const preview = newest && newest.seq >= fromSeq ? newest : null
    return [{ userId, item: { room, role, lastReadSeq, fromSeq, unread, preview } }]
  })
}
