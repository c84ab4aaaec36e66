import { refuse } from '../core/refusal'
import { appRefusal } from '../rules/ask-about'
import type { Handler } from './handler'
import { permitted } from './permission'

/** For all, at once; a background purge removes its rows and files. A retry finds it deleted: a success too. */
export const deleteRoom: Handler<'delete-room'> = async (services, device, { roomId }) => {
  const { store, bus, hub, clock, log, purges } = services
  const may = await store.read(async (reader) => {
    const found = await permitted(services, reader, device, roomId, 'delete-room')
    const isMissing = 'ok' in found && found.code === 'ROOM_NOT_FOUND'
    return isMissing && device.identity.admin && (await reader.deletedAmong([roomId])).length > 0
      ? 'deleted'
      : found
  })
  if (may === 'deleted') return { ok: true }
  if ('ok' in may) return may
  const refused = await appRefusal(services, device.identity, 'delete-room', { roomId })
  if (refused) return refused
  const isDone = await store.deleteRoom(roomId, device.userId, clock.now()).catch((error: unknown) => {
    // It may be deleted, and its members were not notified.
    hub.suspect(roomId)
    throw error
  })
  if (!isDone) return refuse('ROOM_NOT_FOUND')
  log.info({ roomId, by: device.userId }, 'a room was deleted')
  bus.publish({ type: 'deleted', roomId })
  purges.begin()
  return { ok: true }
}
