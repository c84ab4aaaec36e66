import { asMessageId, LIMITS, type RoomId, type UserId } from '@roomful/protocol'
import { type Op, pairKey, type Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { Device } from '../hub/device'
import { appRefusal, verdictOn } from '../rules/ask-about'
import { readFor } from './device-reads'
import { invite, nobodyYet, type Person, readEntries } from './entries'
import { actorOf, type Handler, type Services } from './handler'
import { memberAck } from './outcome-ack'
import { permitted } from './permission'
import { submitInOrder } from './submit'
import type { Rate } from './token-bucket'

/** For the asking user: joins a public room. For another user: puts or invites them. */
export const addMember: Handler<'add-member'> = async (services, device, { roomId, userId }) => {
  const act = acting(services, device)
  if (userId === undefined || userId === device.userId)
    return write(services, device, roomId, () => ({
      kind: 'join',
      ...act,
      ...quietly(services, device, roomId),
    }))
  // In an object, so that the next write waits until this one is queued, not until it is committed.
  const asked = await device.inOrder(async () => {
    const found = await whom(services, device, roomId, userId)
    if (found === 'invite') {
      const about = { roomId, target: userId }
      const refused = await appRefusal(services, device.identity, 'invite', about)
      return { invited: refused ?? (await invite(services, device, roomId, [userId])) }
    }
    if ('ok' in found) return { outcome: found }
    const op = { kind: 'invite', target: found, ...act } as const
    const verdict = await verdictOn(services, device.identity, roomId, op)
    return { outcome: services.pipeline.submit(roomId, { ...op, ...verdict }) }
  })
  if ('outcome' in asked) return memberAck(await asked.outcome)
  if ('ok' in asked.invited) return asked.invited
  asked.invited.notify()
  return { ok: true, member: nobodyYet(roomId, userId, act.at), invited: true }
}

function whom(
  services: Services,
  device: Device,
  roomId: RoomId,
  userId: UserId,
): Promise<Person | 'invite' | Refusal> {
  return services.store.read(async (reader) => {
    // Checked first: a user who may not invite must not learn who has an account here (P9).
    const may = await permitted(services, reader, device, roomId, 'invite')
    if ('ok' in may) return may
    const [theirs] = await reader.memberships(userId, [roomId])
    const { put, invite } = await readEntries(services, reader, device, [userId])
    // A user who is in the room, or banned from it, is no stranger to its members.
    const row = theirs?.member
    if (row && (row.removed === undefined || row.removed === 'banned')) return { id: userId, name: row.name }
    return put[0] ?? (invite.length > 0 ? 'invite' : refuse('USER_NOT_FOUND', { field: 'userId' }))
  })
}

/** For the asking user: leaves. For another user: kicks them. */
export const removeMember: Handler<'remove-member'> = (services, device, { roomId, userId, reason }) =>
  write(services, device, roomId, () =>
    userId === undefined || userId === device.userId
      ? { kind: 'leave', ...acting(services, device), ...quietly(services, device, roomId) }
      : { kind: 'kick', targetId: userId, ...because(reason), ...acting(services, device) },
  )

export const banMember: Handler<'ban-member'> = (services, device, { roomId, userId, reason }) =>
  write(services, device, roomId, () => ({
    kind: 'ban',
    targetId: userId,
    ...because(reason),
    ...acting(services, device),
  }))

export const unbanMember: Handler<'unban-member'> = (services, device, { roomId, userId }) =>
  write(services, device, roomId, () => ({ kind: 'unban', targetId: userId, ...acting(services, device) }))

export const setRole: Handler<'set-role'> = (services, device, { roomId, userId, role }) =>
  write(services, device, roomId, () => ({
    kind: 'set-role',
    targetId: userId,
    role,
    ...acting(services, device),
  }))

export const muteMember: Handler<'mute-member'> = (services, device, { roomId, userId, until }) =>
  write(services, device, roomId, () => ({
    kind: 'mute',
    targetId: userId,
    until,
    ...acting(services, device),
  }))

async function write(
  services: Services,
  device: Device,
  roomId: RoomId,
  toOp: () => Op | Refusal | Promise<Op | Refusal>,
) {
  const outcome = await submitInOrder(services, device, async () => {
    const op = await toOp()
    return 'ok' in op ? op : { roomId, op }
  })
  return memberAck(outcome)
}

/** `messageId`: the id of the system message about the act, where there is one. */
function acting({ clock, ids }: Services, device: Device) {
  const at = clock.now()
  return { actor: actorOf(device), at, messageId: asMessageId(ids.uuid(at)) }
}

/** Two joins or leaves a minute of one user in one room are logged, or one user could fill the log. */
export const COMINGS: Rate = { perSecond: 2 / 60, burst: 2 }

const quietly = ({ comings }: Services, { userId }: Device, roomId: RoomId): { quiet?: true } =>
  comings.of(pairKey(userId, roomId)).take(1) === 0 ? { quiet: true } : {}

const because = (reason: string | undefined) => (reason === undefined ? {} : { reason })

/** One page by user id, as of the room's `rev`. */
export const fetchMembers: Handler<'fetch-members'> = async (services, device, payload) => {
  const { roomId, after, limit = LIMITS.membersPage } = payload
  const refused = await appRefusal(services, device.identity, 'read', { roomId })
  if (refused) return refused
  const grant = services.hub.beginGrant(device.userId)
  try {
    const page = await readFor(services, device, async (reader) => {
      const may = await permitted(services, reader, device, roomId, 'read')
      if ('ok' in may) return may
      // One more than is sent, to see whether there are more.
      const query = { limit: limit + 1, ...(after === undefined ? {} : { after }) }
      const found = await reader.members(roomId, query)
      const members = found.slice(0, limit)
      const last = members.at(-1)
      const next = last && found.length > limit ? { next: last.userId } : {}
      const { rev, memberCount } = may.room
      return {
        ...{ ok: true as const, members, rev },
        ...(memberCount === undefined ? {} : { memberCount }),
        ...next,
      }
    })
    // Removed while the page was read: nothing of the room follows the removal (I14).
    return page.ok && grant.isRemoved(roomId) ? refuse('ROOM_NOT_FOUND') : page
  } finally {
    grant.end()
  }
}
