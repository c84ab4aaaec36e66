import { type RoomId, TYPING_TTL_MS } from '@roomful/protocol'
import { denialOf } from '../core/authorise'
import { refuse } from '../core/refusal'
import type { Peer } from '../hub/peer'
import type { Store } from '../stores/port'
import type { Handler } from './handler'

/** At most once and never stored: the receivers expire it by themselves. */
export const typing: Handler<'typing'> = async ({ store, bus, clock }, peer, { roomId, typing }) => {
  // A subscription is proof of membership: it ends with it, in the same tick.
  if (!peer.rooms.has(roomId) && !(await isMember(store, peer, roomId))) return refuse('ROOM_NOT_FOUND')
  const { id: userId, name } = peer.identity
  const until = new Date(clock.now() + (typing ? TYPING_TTL_MS : 0)).toISOString()
  bus.publish({ type: 'typing', signal: { roomId, userId, name, until }, lineId: peer.id })
  return { ok: true }
}

async function isMember(store: Store, peer: Peer, roomId: RoomId): Promise<boolean> {
  const [found] = await store.read((reader) => reader.memberships(peer.userId, [roomId]))
  return !denialOf('read', { room: found?.room, member: found?.member, serverAdmin: peer.identity.admin })
}
