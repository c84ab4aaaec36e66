import type { UserId } from '@roomful/protocol'
import type { Device } from '../hub/device'
import { checkIsHere } from './device-reads'
import type { Handler, Services } from './handler'

/** Replaces the list of users whose presence this device receives, and answers their present state. */
export const watchPresence: Handler<'watch-presence'> = async (services, device, { userIds, status }) => {
  const { hub } = services
  if (status !== undefined && status !== device.status) {
    device.status = status
    hub.presence.update(device.userId)
  }
  await meetStrangers(services, device, userIds)
  // A device that has disconnected would watch for ever.
  checkIsHere(device)
  return { ok: true, presence: hub.presence.watch(device, userIds) }
}

/** A user not seen by this node may be on another one: the database knows whether they share a room. */
async function meetStrangers(
  { hub, bus, store }: Services,
  device: Device,
  userIds: readonly UserId[],
): Promise<void> {
  const strangers = bus.isShared ? userIds.filter((userId) => !hub.devices.knows(userId)) : []
  const rooms = [...hub.devices.roomsOf(device.userId)]
  if (strangers.length === 0 || rooms.length === 0) return
  const found = await store.read((reader) => reader.whoIsIn(rooms, strangers))
  for (const { userId, roomId, added } of found) hub.devices.noteElsewhere(userId, roomId, added)
}
