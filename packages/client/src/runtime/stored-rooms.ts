import type { RoomListItem } from '@roomful/protocol'
import { heldRanges } from '../core/room/evicted-ranges'
import { previewOf } from '../core/room/preview'
import type { RoomCore } from '../core/room/room-core'
import { unreadOf } from '../core/room/unread'
import type { StoredRoom } from '../ports/local-store'

/** What is kept of a room beside its rows; null where nothing of it is worth keeping, or may be kept. */
export function storedRoom(core: RoomCore): StoredRoom | null {
  if (core.removed !== null) return null
  const item = itemOf(core)
  if (item === null && core.tail === null && core.draft === '') return null
  const { cursor, lastSeq, lastReadSeq, floorSeq, draft, usedAt } = core
  return {
    roomId: core.id,
    cursor,
    lastSeq,
    ranges: core.foreign ? [] : heldRanges(core),
    lastReadSeq,
    floorSeq,
    item,
    draft,
    usedAt,
  }
}

/** The room's line in the list, as it is shown now: what a cold start begins with. */
function itemOf(core: RoomCore): RoomListItem | null {
  const { room, role, lastReadSeq, floorSeq, lastSeq, roster } = core
  if (!core.listed || room === null || role === null) return null
  const unread = unreadOf(core, lastReadSeq)
  return {
    room: { ...room, lastSeq, ...(roster.count === null ? {} : { memberCount: roster.count }) },
    role,
    lastReadSeq,
    fromSeq: floorSeq,
    unread,
    preview: previewOf(core),
    ...(core.hiddenSeq < 0 ? {} : { hiddenSeq: core.hiddenSeq }),
  }
}

/** Did anything change that is kept? */
export function isWorthKeeping(before: RoomCore, after: RoomCore): boolean {
  return (
    before.timeline !== after.timeline ||
    before.shelved !== after.shelved ||
    before.cursor !== after.cursor ||
    before.foreign !== after.foreign ||
    before.removed !== after.removed ||
    before.listed !== after.listed ||
    before.hiddenSeq !== after.hiddenSeq ||
    before.room !== after.room ||
    before.roster.count !== after.roster.count ||
    before.figure !== after.figure ||
    before.preview !== after.preview ||
    before.lastReadSeq !== after.lastReadSeq ||
    before.draft !== after.draft ||
    before.usedAt !== after.usedAt
  )
}
