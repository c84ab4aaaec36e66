import type { RoomListItem, UserId } from '@roomful/protocol'
import type { Membership, Reader } from '../stores/port'

/** The user's rooms as a list shows them: three queries, however many rooms. */
export async function roomList(reader: Reader, viewer: UserId): Promise<RoomListItem[]> {
  const memberships = await reader.memberships(viewer)
  const roomIds = memberships.map(({ room }) => room.id)
  return roomListOf(reader, memberships, await reader.unread(viewer, roomIds))
}

/** The same where memberships and unread have been read already. */
export async function roomListOf(
  reader: Reader,
  memberships: readonly Membership[],
  unread: Awaited<ReturnType<Reader['unread']>>,
): Promise<RoomListItem[]> {
  const previews = await reader.previews(memberships.map(({ room }) => room.id))
  return memberships.flatMap(({ room, member }) => {
    if (!member || member.removed !== undefined) return []
    const newest = previews.get(room.id)
    return {
      room,
      role: member.role,
      lastReadSeq: member.lastReadSeq,
      fromSeq: member.fromSeq,
      unread: unread.get(room.id) ?? 0,
      // What was said before this member came (again) is not his to see, not even its first line (I14).
      preview: newest && newest.seq >= member.fromSeq ? newest : null,
    }
  })
}
