import { asUserId, type RoomListItem, type UserId } from '@roomful/protocol'
import type { Attendance, Reader } from '../stores/port'

/** A line of one user's list. */
export type UsersItem = { readonly userId: UserId; readonly item: RoomListItem }

/** Whose row in the room is of no interest. */
const NOBODY = asUserId('nobody')

/** The lines of many users' lists, as of one snapshot: three queries, however many people and rooms. */
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
    // What was said before this member came (again) is not theirs to see, not even its first line (I14).
    const preview = newest && newest.seq >= fromSeq ? newest : null
    return [{ userId, item: { room, role, lastReadSeq, fromSeq, unread, preview } }]
  })
}
