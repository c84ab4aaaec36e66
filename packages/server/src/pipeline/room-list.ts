import type { RoomId, RoomListItem } from '@roomful/protocol'
import type { Membership, Reader } from '../stores/port'
import { itemSize, whatFits } from './reply-size'

/** A user's rooms as list items, in the order given: one query, however many rooms. */
export async function roomListOf(
  reader: Reader,
  memberships: readonly Membership[],
  unread: Awaited<ReturnType<Reader['unread']>>,
): Promise<RoomListItem[]> {
  const previews = await reader.previews(memberships.map(({ room }) => room.id))
  return memberships.flatMap(({ room, member, hiddenSeq }) => {
    if (!member || member.removed !== undefined) return []
    const newest = previews.get(room.id)
    return {
      room,
      role: member.role,
      lastReadSeq: member.lastReadSeq,
      fromSeq: member.fromSeq,
      unread: unread.get(room.id) ?? 0,
      // A member may not see messages from before they joined (again), not even their preview (I14).
      preview: newest && newest.seq >= member.fromSeq ? newest : null,
      ...(member.added ? { added: true as const } : {}),
      ...(hiddenSeq === undefined ? {} : { hiddenSeq }),
    }
  })
}

/** As much of the list as a reply takes, and the room after which it goes on. `isWhole`: these items are all. */
export function pageOfList(
  items: readonly RoomListItem[],
  isWhole: boolean,
  bytes: number,
): { readonly list: RoomListItem[]; readonly listNext?: RoomId } {
  const list = [...whatFits(items, itemSize, bytes)]
  const last = list.at(-1)
  return last && (!isWhole || list.length < items.length) ? { list, listNext: last.room.id } : { list }
}
