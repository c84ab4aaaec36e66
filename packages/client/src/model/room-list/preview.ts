import type { Preview } from '@roomful/protocol'
import { cutContent } from '@roomful/protocol/plain'
import type { RoomModel } from '../room/room-model'
import { at } from '../rows/timeline'

/**
 * The last message, for a room list: from the row at the tail, or as the server last described it, whichever is newer.
 * Within one history the list never goes back to an older message, or to an older text.
 */
export function previewOf({ listing, rows, sync }: RoomModel): Preview | null {
  const { preview, previewRev } = listing
  const { tail, timeline, floorSeq } = rows
  // What rows of an older epoch had to show is in the preview since it ended (see `unsynced`).
  if (rows.fromOldEpoch) return preview
  const row = tail === null ? undefined : at(timeline, tail)
  // None was sent yet, or none that the user may see.
  if (row === undefined)
    return sync.subscription === 'synced' && tail !== null && tail < floorSeq ? null : preview
  const { seq, senderId, senderName, type, createdAt, deleted } = row
  // Without a rev it is of an older epoch, or of a disk: a row has more.
  const isNewer = preview && (preview.seq > seq || (preview.seq === seq && previewRev >= row.rev))
  if (isNewer && previewRev > 0) return preview
  const content = cutContent(row.content)
  const same = preview?.seq === seq && preview.content === content && preview.deleted === deleted
  return same ? preview : { seq, senderId, senderName, type, content, createdAt, deleted }
}

/** The room is not live any more, and its rows may go: the preview of the last message stays. */
export function unsynced(model: RoomModel): RoomModel {
  const { listing, rows, sync } = model
  const preview = previewOf(model)
  const rowRev = preview === listing.preview ? 0 : (at(rows.timeline, rows.tail ?? 0)?.rev ?? 0)
  const previewRev = Math.max(listing.previewRev, rowRev)
  return {
    ...model,
    sync: sync.subscription === 'synced' ? { ...sync, subscription: 'active' } : sync,
    listing: { ...listing, preview, previewRev },
  }
}
