import { asRoomId, type Room } from '@roomful/protocol'
import type { Clock } from '../ports/clock'
import type { Store } from '../stores/port'

/** Makes the missing default rooms, which all users are in. They have no owner. */
export async function makeDefaultRooms(store: Store, clock: Clock, names: readonly string[]): Promise<void> {
  const ids = names.map(asRoomId)
  // A server admin deleted it for good.
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
