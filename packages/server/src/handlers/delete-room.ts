import { refuse } from '../core/refusal'
import { appRefusal } from '../rules/ask-about'
import { deleteForAll } from './delete-for-all'
import type { Handler } from './handler'
import { permitted } from './permission'

/** A retry finds it deleted: a success too. */
export const deleteRoom: Handler<'delete-room'> = async (services, device, { roomId }) => {
  const { store } = services
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
  if (!(await deleteForAll(services, roomId, device.userId))) return refuse('ROOM_NOT_FOUND')
  return { ok: true }
}
