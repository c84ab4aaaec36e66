import { asRoomId, type Room } from '@roomful/protocol'
import type { Clock } from '../ports/clock'
import type { Store } from '../stores/port'

/** Makes the rooms that everybody is in, where they are not there yet. They belong to nobody. */
export async function makeDefaultRooms(store: Store, clock: Clock, names: readonly string[]): Promise<void> {
  const ids = names.map(asRoomId)
  // A server admin took it away for good.
  const deleted = ids.length === 0 ? [] : await store.read((reader) => reader.deletedAmong(ids))
  for (const name of names) {
    if (deleted.includes(asRoomId(name))) continue
    const room: Room = {
      id: asRoomId(name),
      name,
      type: 'public',
      createdBy: null,
      createdAt: new Date(clock.now()).toISOString(),
      metadata: {},
      settings: {},
      rev: 0,
      lastSeq: 0,
    }
    await store.createRoom({ room, members: [] })
  }
}
