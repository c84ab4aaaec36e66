import type { RoomId, UserId } from '@roomful/protocol'
import type { Services } from './handler'

/** Deletes a room for all, at once; a background purge removes its rows and files. False: there is no such room. */
export async function deleteForAll(
  { store, bus, hub, clock, log, purges }: Services,
  roomId: RoomId,
  by: UserId,
): Promise<boolean> {
  const isDone = await store.deleteRoom(roomId, by, clock.now()).catch((error: unknown) => {
    // It may be deleted, and its members were not notified.
    hub.suspect(roomId)
    throw error
  })
  if (!isDone) return false
  log.info({ roomId, by }, 'a room was deleted')
  bus.publish({ type: 'deleted', roomId })
  purges.begin()
  return true
}
