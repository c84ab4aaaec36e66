import type { RoomId } from '@roomful/protocol'
import { denialOf } from '../core/authorise'
import { refuse } from '../core/refusal'
import type { Peer } from '../hub/peer'
import type { Store } from '../stores/port'
import type { Handler } from './handler'

/** At most once and never stored: the receivers expire it by themselves. */
export const typing: Handler<'typing'> = async ({ store, typingSignals }, peer, { roomId, typing }) => {
  // A subscription is proof of membership: it ends with it, in the same tick.
  if (!peer.rooms.has(roomId) && !(await isMember(store, peer, roomId))) return refuse('ROOM_NOT_FOUND')
  typingSignals.say(peer, roomId, typing)
  return { ok: true }
}

async function isMember(store: Store, peer: Peer, roomId: RoomId): Promise<boolean> {
  const [found] = await store.read((reader) => reader.memberships(peer.userId, [roomId]))
  return !denialOf('read', { room: found?.room, member: found?.member, serverAdmin: peer.identity.admin })
}
