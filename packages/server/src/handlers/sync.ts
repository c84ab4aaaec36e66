import { asRoomId, type OkAck, type Sync } from '@roomful/protocol'
import { refuse } from '../core/refusal'
import type { Grant } from '../hub/grants'
import { readInvitations } from '../pipeline/invitations'
import { sync as readMissed } from '../pipeline/sync'
import { checkIsHere, readFor } from './device-reads'
import type { Handler } from './handler'

/** About as long as the syncs that wait take. */
const RETRY_MS = 1_000

/** One at a time a user; a device that is gone when its turn comes has none. */
export const sync: Handler<'sync'> = (services, device, payload) =>
  services.syncTurns.run(device.userId, () => syncNow(services, device, payload)) ??
  Promise.resolve(refuse('RATE_LIMITED', { retryAfterMs: RETRY_MS }))

const syncNow: Handler<'sync'> = async (services, device, payload) => {
  const { store, hub, clock } = services
  checkIsHere(device)
  const { userId: viewer, rooms: openRooms } = device
  const grant = hub.beginGrant(viewer)
  try {
    const context = { viewer, epoch: store.epoch, openRooms }
    const missed = await readFor(services, device, async (reader) => ({
      ...(await readMissed(reader, context, payload)),
      ...(isFirstPage(payload) ? { invitations: await readInvitations(reader, viewer, clock.now()) } : {}),
    }))
    const ack = withoutRemoved(missed, grant)
    // Whoever asks for his list wants it kept fresh.
    for (const { room, added = false } of ack.list ?? []) {
      hub.noteMembership(viewer, room.id, added)
      // Committed while it was read, and not told him then.
      if (grant.headOf(room.id, room).rev > room.rev) hub.refresh(viewer, room.id)
    }
    return ack
  } finally {
    grant.end()
  }
}

const isFirstPage = ({ list }: Sync): boolean =>
  list !== undefined && (list === true || list.after === undefined)

/** Rooms that he was removed from while they were read: he has been told so, and nothing of them may follow (I14). */
function withoutRemoved(ack: OkAck<'sync'>, grant: Grant): OkAck<'sync'> {
  const gone = new Set(Object.keys(ack.rooms).map(asRoomId).filter(grant.isRemoved))
  const list = ack.list?.filter(({ room }) => !grant.isRemoved(room.id))
  if (gone.size === 0 && list?.length === ack.list?.length) return ack
  const rooms = Object.fromEntries(Object.entries(ack.rooms).filter(([id]) => !gone.has(asRoomId(id))))
  return { ...ack, rooms, removed: [...ack.removed, ...gone], ...(list ? { list } : {}) }
}
