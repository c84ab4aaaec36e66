import type { Preview } from '@roomful/protocol'
import { at } from '../timeline'
import type { RoomCore } from './room-core'

/** The last message, for a room list: from the rows where they are live, else as the server told. */
export function previewOf(core: RoomCore): Preview | null {
  const row = core.fresh && core.tail !== null ? at(core.timeline, core.tail) : undefined
  if (row === undefined) return core.preview
  const { seq, senderId, senderName, type, content, createdAt, deleted } = row
  const { preview } = core
  const same = preview?.seq === seq && preview.content === content && preview.deleted === deleted
  return same ? preview : { seq, senderId, senderName, type, content, createdAt, deleted }
}
