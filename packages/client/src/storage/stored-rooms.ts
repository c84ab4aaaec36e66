import type { RoomListItem } from '@roomful/protocol'
import type { RoomModel } from '../model/room/room-model'
import { previewOf } from '../model/room-list/preview'
import { heldRanges } from '../model/rows/evicted-ranges'
import { unreadOf } from '../model/unread/unread-rows'
import type { StoredRoom } from './local-copy'

/** What is kept of a room beside its rows; null where nothing of it is worth keeping, or may be kept. */
export function storedRoom(model: RoomModel): StoredRoom | null {
  if (model.listing.removed !== null) return null
  const item = itemOf(model)
  if (item === null && model.rows.tail === null && model.view.draft === '') return null
  const { rows, sync, unread, view } = model
  return {
    roomId: model.id,
    cursor: sync.cursor,
    lastSeq: rows.lastSeq,
    ranges: rows.fromOldEpoch ? [] : heldRanges(rows),
    lastReadSeq: unread.lastReadSeq,
    floorSeq: rows.floorSeq,
    pins: rows.fromOldEpoch ? [] : rows.pins,
    item,
    draft: view.draft,
    usedAt: view.usedAt,
  }
}

/** The room's list item, as it is shown now: a cold start begins with it. */
function itemOf(model: RoomModel): RoomListItem | null {
  const { listing, people, rows } = model
  const { room, hiddenSeq } = listing
  const { role, roster } = people
  const { lastReadSeq } = model.unread
  if (!listing.listed || room === null || role === null) return null
  const unread = unreadOf(model, lastReadSeq)
  return {
    room: { ...room, lastSeq: rows.lastSeq, ...(roster.count === null ? {} : { memberCount: roster.count }) },
    role,
    lastReadSeq,
    fromSeq: rows.floorSeq,
    unread,
    preview: previewOf(model),
    ...(hiddenSeq < 0 ? {} : { hiddenSeq }),
  }
}

/** Did anything change that is kept? */
export function isWorthKeeping(before: RoomModel, after: RoomModel): boolean {
  return (
    before.rows.timeline !== after.rows.timeline ||
    before.rows.evicted !== after.rows.evicted ||
    before.rows.pins !== after.rows.pins ||
    before.sync.cursor !== after.sync.cursor ||
    before.rows.fromOldEpoch !== after.rows.fromOldEpoch ||
    before.listing.removed !== after.listing.removed ||
    before.listing.listed !== after.listing.listed ||
    before.listing.hiddenSeq !== after.listing.hiddenSeq ||
    before.listing.room !== after.listing.room ||
    before.people.roster.count !== after.people.roster.count ||
    before.unread.serverUnread !== after.unread.serverUnread ||
    before.listing.preview !== after.listing.preview ||
    before.unread.lastReadSeq !== after.unread.lastReadSeq ||
    before.view.draft !== after.view.draft ||
    before.view.usedAt !== after.view.usedAt
  )
}
