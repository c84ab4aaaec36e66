import type { UserId } from '@roomful/protocol'
import type { Peer } from '../hub/peer'
import { checkIsHere } from './device-reads'
import type { Handler, Services } from './handler'

/** Replaces the list of users whose presence this device is told, and answers their present state. */
export const watchPresence: Handler<'watch-presence'> = async (services, peer, { userIds, status }) => {
  const { hub } = services
  if (status !== undefined && status !== peer.status) {
    peer.status = status
    hub.presence.update(peer.userId)
  }
  await meetStrangers(services, peer, userIds)
  // Gone meanwhile: it would be watching for ever.
  checkIsHere(peer)
  return { ok: true, presence: hub.presence.watch(peer, userIds) }
}

/** Whom this node has not seen may be on another one: whether he shares a room with this user is in the database. */
async function meetStrangers(
  { hub, bus, store }: Services,
  peer: Peer,
  userIds: readonly UserId[],
): Promise<void> {
  const strangers = bus.isShared ? userIds.filter((userId) => !hub.peers.knows(userId)) : []
  const rooms = [...hub.peers.roomsOf(peer.userId)]
  if (strangers.length === 0 || rooms.length === 0) return
  const found = await store.read((reader) => reader.whoIsIn(rooms, strangers))
  for (const { userId, roomId, added } of found) hub.peers.noteElsewhere(userId, roomId, added)
}
