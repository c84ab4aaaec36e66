import type { RoomId } from '@roomful/protocol'
import { refuse } from '../core/refusal'
import type { Device } from '../hub/device'
import { appRefusal } from '../rules/ask-about'
import type { Handler, Services } from './handler'
import { permitted } from './permission'

/** Hides it from the user's list on all of their devices, until there is a newer message. */
export const hideDm: Handler<'hide-dm'> = async (services, device, { roomId, hidden }) => {
  const may = await services.store.read((reader) => permitted(services, reader, device, roomId, 'read'))
  if ('ok' in may) return may
  if (may.room.type !== 'dm') return refuse('FORBIDDEN')
  const refused = await appRefusal(services, device.identity, 'read', { roomId })
  if (refused) return refused
  return (await hide(services, device, roomId, hidden)) ? { ok: true } : refuse('ROOM_NOT_FOUND')
}

/** A user who opens it again, or enters it, sees it. */
export async function showDm(services: Services, device: Device, roomId: RoomId): Promise<void> {
  await hide(services, device, roomId, false)
}

async function hide(
  { store, bus }: Services,
  { userId }: Device,
  roomId: RoomId,
  hidden: boolean,
): Promise<boolean> {
  const done = await store.hide(roomId, userId, hidden)
  if (done) bus.publish({ type: 'hidden', userId, roomId, hiddenSeq: done.hiddenSeq })
  return done !== undefined
}
