import type { unstable_Entry as Entry, unstable_RoomCore as RoomCore } from '@roomful/client'

/** All that waits in a room's outbox, in its order. */
export const entriesOf = ({ outbox }: RoomCore): readonly Entry[] =>
  outbox.entries.chunks.flatMap(({ entries }) => entries)
