import type { unstable_Entry as Entry, unstable_RoomCore as RoomModel } from '@roomful/client'

/** All that waits in a room's outbox, in its order. */
export const entriesOf = ({ outbox }: RoomModel): readonly Entry[] =>
  outbox.entries.chunks.flatMap(({ entries }) => entries)
