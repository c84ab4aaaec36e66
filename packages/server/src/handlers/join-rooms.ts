import { type Head, LIMITS, type RoomId } from '@roomful/protocol'
import type { Device } from '../hub/device'
import { readableMemberships } from '../pipeline/readable'
import { refusedReads } from '../rules/ask-about'
import type { Membership } from '../stores/port'
import { checkIsHere, readFor } from './device-reads'
import type { Handler } from './handler'

/**
 * Subscribes this device. A room that is missing or hidden is simply not among the heads. The heads are those at the
 * time of the subscription: every later commit arrives as an event.
 */
export const joinRooms: Handler<'join-rooms'> = async (services, device, { roomIds }) => {
  const { hub } = services
  const grant = hub.beginGrant(device.userId)
  const left = new Set<RoomId>()
  device.joins.add(left)
  try {
    const { memberships, unread } = await readFor(services, device, async (reader) => {
      const memberships = roomIds
        ? (await readableMemberships(reader, device.userId, roomIds)).found
        : await reader.roomsOf(device.userId, { limit: LIMITS.syncRooms })
      const joined = memberships.filter(isIn).slice(0, LIMITS.syncRooms)
      const wantsCounts = device.protocol === 1 && roomIds === undefined
      const ids = joined.map(({ room }) => room.id)
      return {
        memberships: joined,
        unread: wantsCounts ? await reader.unread(device.userId, ids) : undefined,
      }
    })
    const unreadable = await refusedReads(services, device.identity, memberships)
    if ('ok' in unreadable) return unreadable
    // A device that has disconnected would stay subscribed for ever.
    checkIsHere(device)
    // From here to the end in one tick: a removal is either noted in the grant or still to come.
    const heads = new Map<RoomId, Head>()
    for (const { room, member } of memberships) {
      if (grant.isRemoved(room.id) || left.has(room.id) || unreadable.has(room.id)) continue
      const head = grant.headOf(room.id, { rev: room.rev, lastSeq: room.lastSeq })
      hub.subscribe(device, room.id, head, member)
      heads.set(room.id, head)
    }
    if (unread) sendProtocol1(device, heads, unread)
    return { ok: true, heads: Object.fromEntries(heads) }
  } finally {
    device.joins.delete(left)
    grant.end()
  }
}

export const leaveRooms: Handler<'leave-rooms'> = async ({ hub }, device, { roomIds }) => {
  for (const roomId of roomIds) {
    for (const left of device.joins) left.add(roomId)
    hub.unsubscribe(device, roomId)
  }
  return { ok: true }
}

const isIn = ({ member }: Membership): boolean => member !== undefined && member.removed === undefined

function sendProtocol1(
  device: Device,
  heads: ReadonlyMap<RoomId, Head>,
  unread: ReadonlyMap<RoomId, number>,
): void {
  const roomIds = [...heads.keys()]
  device.connection.emit('rooms-joined', roomIds)
  device.connection.emit('unread-counts', Object.fromEntries(roomIds.map((id) => [id, unread.get(id) ?? 0])))
}
