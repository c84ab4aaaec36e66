import type { RoomId } from '@roomful/protocol'
import { denialOf } from '../core/authorise'
import { refuse } from '../core/refusal'
import { NO_KINDS } from '../core/room-kinds'
import type { Device } from '../hub/device'
import { appRefusal } from '../rules/ask-about'
import type { Store } from '../stores/port'
import type { Handler } from './handler'

/** Sent at most once and never stored: receivers let it expire. */
export const typing: Handler<'typing'> = async (services, device, { roomId, typing }) => {
  // A subscription proves membership, since both end in the same tick, and that the app was asked.
  if (!device.rooms.has(roomId)) {
    if (!(await isMember(services.store, device, roomId))) return refuse('ROOM_NOT_FOUND')
    const refused = await appRefusal(services, device.identity, 'read', { roomId })
    if (refused) return refused
  }
  services.typingSignals.note(device, roomId, typing)
  return { ok: true }
}

async function isMember(store: Store, device: Device, roomId: RoomId): Promise<boolean> {
  const [found] = await store.read((reader) => reader.memberships(device.userId, [roomId]))
  return !denialOf('read', {
    room: found?.room,
    member: found?.member,
    serverAdmin: device.identity.admin,
    kinds: NO_KINDS,
  })
}
