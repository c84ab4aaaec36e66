import type { Preview } from '@roomful/protocol'
import { at } from '../timeline'
import type { RoomCore } from './room-core'

/** As much of a message as the server's own previews have, in code points. */
const PREVIEW = /^.{0,200}/su

/**
 * The last message, for a room list: from the row at the tail, or as the server last described it, whichever is newer.
 * Within one history the list never goes back to an older message, or to an older text.
 */
export function previewOf(core: RoomCore): Preview | null {
  const { preview, previewRev, fresh, foreign, tail, timeline, floorSeq } = core
  // Rows of an older epoch say nothing any more, once the server has described the room in this one.
  if (foreign && previewRev > 0) return preview
  const row = tail === null ? undefined : at(timeline, tail)
  // None was sent yet, or none that the user may see.
  if (row === undefined) return fresh && tail !== null && tail < floorSeq ? null : preview
  const { seq, senderId, senderName, type, createdAt, deleted } = row
  // Without a rev it is of an older epoch, or of a disk: a row says more.
  const isNewer = preview && (preview.seq > seq || (preview.seq === seq && previewRev >= row.rev))
  if (isNewer && previewRev > 0) return preview
  const content = PREVIEW.exec(row.content)?.[0] ?? ''
  const same = preview?.seq === seq && preview.content === content && preview.deleted === deleted
  return same ? preview : { seq, senderId, senderName, type, content, createdAt, deleted }
}

/** The room is not live any more, and its rows may go: what they say of the last message stays. */
export function stale(core: RoomCore): Pick<RoomCore, 'fresh' | 'preview' | 'previewRev'> {
  const preview = previewOf(core)
  const rowRev = preview === core.preview || core.foreign ? 0 : (at(core.timeline, core.tail ?? 0)?.rev ?? 0)
  return { fresh: false, preview, previewRev: Math.max(core.previewRev, rowRev) }
}
