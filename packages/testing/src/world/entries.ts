import type { unstable_Entry as Entry, unstable_RoomCore as RoomModel } from '@roomful/client'

/** Everything that waits in a room's outbox, in order. */
export const entriesOf = ({ outbox }: RoomModel): readonly Entry[] =>
  outbox.entries.chunks.flatMap(({ entries }) => entries)
