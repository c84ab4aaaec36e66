import type { Preview, Room as RoomRow } from '@roomful/protocol'
import type { ChatError } from '../chat-error'

/** The room's state on the user's room list. */
export type Listing = {
  readonly room: RoomRow | null
  readonly preview: Preview | null
  /** It shows everything that changed up to this rev. */
  readonly previewRev: number
  /** On the user's room list. */
  readonly listed: boolean
  /** As of when it is listed, or removed: what is older does not count (see `toldAsOf`). */
  readonly listedAsOf: number
  readonly removed: ChatError | null
  /** The user hides the room while this is its newest message; -1: they do not. */
  readonly hiddenSeq: number
}
