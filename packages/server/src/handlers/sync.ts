import { asRoomId, type OkAck, RoomId, type Sync } from '@roomful/protocol'
import * as v from 'valibot'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { Device } from '../hub/device'
import type { Grant } from '../hub/grants'
import { readInvitations } from '../pipeline/invitations'
import { readableMemberships } from '../pipeline/readable'
import { sync as readMissed } from '../pipeline/sync'
import { refusedReads } from '../rules/ask-about'
import { checkIsHere, readFor } from './device-reads'
import type { Handler, Services } from './handler'

/** About as long as the waiting syncs take. */
const RETRY_MS = 1_000

/** One at a time per user; a device that has disconnected loses its turn. */
export const sync: Handler<'sync'> = (services, device, payload) =>
  services.syncTurns.run(device.userId, () => syncNow(services, device, payload)) ??
  Promise.resolve(refuse('RATE_LIMITED', { retryAfterMs: RETRY_MS }))

const syncNow: Handler<'sync'> = async (services, device, asked) => {
  const { store, hub, clock } = services
  checkIsHere(device)
  const allowed = await withoutRefused(services, device, asked)
  if ('ok' in allowed) return allowed
  const { payload, refused } = allowed
  const { userId: viewer, rooms: openRooms } = device
  const grant = hub.beginGrant(viewer)
  try {
    const context = { viewer, epoch: store.epoch, openRooms }
    const missed = await readFor(services, device, async (reader) => ({
      ...(await readMissed(reader, context, payload)),
      ...(isFirstPage(payload) ? { invitations: await readInvitations(reader, viewer, clock.now()) } : {}),
    }))
    const ack = withoutRemoved({ ...missed, removed: [...missed.removed, ...refused] }, grant)
    // A client that asks for its list wants it kept up to date.
    for (const { room, added = false } of ack.list ?? []) {
      hub.noteMembership(viewer, room.id, added)
      // Committed while the list was read, and not delivered to this user then.
      if (grant.headOf(room.id, room).rev > room.rev) hub.refresh(viewer, room.id)
    }
    return ack
  } finally {
    grant.end()
  }
}

/**
 * The rooms that are asked for, without those that the app does not let the user read: they are as good as gone, and
 * the client drops its copy. The list is the user's by their membership: the app is not asked about every room in it.
 */
async function withoutRefused(
  { rules, store }: Services,
  device: Device,
  payload: Sync,
): Promise<{ readonly payload: Sync; readonly refused: readonly RoomId[] } | Refusal> {
  const roomIds = Object.keys(payload.rooms).flatMap((id) => (v.is(RoomId, id) ? [asRoomId(id)] : []))
  if (!rules.areAsked || roomIds.length === 0) return { payload, refused: [] }
  const { found } = await store.read((reader) => readableMemberships(reader, device.userId, roomIds))
  const refused = await refusedReads({ rules }, device.identity, found)
  if ('ok' in refused) return refused
  const rooms = Object.fromEntries(Object.entries(payload.rooms).filter(([id]) => !refused.has(asRoomId(id))))
  return { payload: { ...payload, rooms }, refused: [...refused] }
}

const isFirstPage = ({ list }: Sync): boolean =>
  list !== undefined && (list === true || list.after === undefined)

/** Removed while the rooms were read: the device has been notified, and nothing of them may follow (I14). */
function withoutRemoved(ack: OkAck<'sync'>, grant: Grant): OkAck<'sync'> {
  const gone = new Set(Object.keys(ack.rooms).map(asRoomId).filter(grant.isRemoved))
  const list = ack.list?.filter(({ room }) => !grant.isRemoved(room.id))
  if (gone.size === 0 && list?.length === ack.list?.length) return ack
  const rooms = Object.fromEntries(Object.entries(ack.rooms).filter(([id]) => !gone.has(asRoomId(id))))
  return { ...ack, rooms, removed: [...ack.removed, ...gone], ...(list ? { list } : {}) }
}
