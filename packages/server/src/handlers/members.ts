import { asMessageId, LIMITS, type RoomId, type UserId } from '@roomful/protocol'
import { type Op, pairKey, type Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { Peer } from '../hub/peer'
import { readFor } from './device-reads'
import { invite, nobodyYet, type Person, readEntries } from './entries'
import { actorOf, type Handler, type Services } from './handler'
import { memberAck } from './outcome-ack'
import { permitted } from './permission'
import { submitInOrder } from './submit'
import type { Rate } from './token-bucket'

/** Oneself: joins a public room. Another: puts them there, or invites them. */
export const addMember: Handler<'add-member'> = async (services, peer, { roomId, userId }) => {
  const act = acting(services, peer)
  if (userId === undefined || userId === peer.userId)
    return write(services, peer, roomId, () => ({ kind: 'join', ...act, ...quietly(services, peer, roomId) }))
  // In an object, so that the next write waits for the queueing of this one and not for its commit.
  const asked = await peer.inOrder(async () => {
    const found = await whom(services, peer, roomId, userId)
    if (found === 'invite') return { invited: await invite(services, peer, roomId, [userId]) }
    if ('ok' in found) return { outcome: found }
    return { outcome: services.pipeline.submit(roomId, { kind: 'invite', target: found, ...act }) }
  })
  if ('outcome' in asked) return memberAck(await asked.outcome)
  if ('ok' in asked.invited) return asked.invited
  asked.invited.tell()
  return { ok: true, member: nobodyYet(roomId, userId, act.at), invited: true }
}

function whom(
  services: Services,
  peer: Peer,
  roomId: RoomId,
  userId: UserId,
): Promise<Person | 'invite' | Refusal> {
  return services.store.read(async (reader) => {
    // Asked first: who may not invite does not learn from it who has an account here (P9).
    const may = await permitted(reader, peer, roomId, 'invite')
    if ('ok' in may) return may
    const [theirs] = await reader.memberships(userId, [roomId])
    const { put, invite } = await readEntries(services, reader, peer, [userId])
    // Who is in the room, or is banned from it, is no stranger to whoever sees its members.
    const row = theirs?.member
    if (row && (row.removed === undefined || row.removed === 'banned')) return { id: userId, name: row.name }
    return put[0] ?? (invite.length > 0 ? 'invite' : refuse('USER_NOT_FOUND', { field: 'userId' }))
  })
}

/** Oneself: leaves. Another: kicks. */
export const removeMember: Handler<'remove-member'> = (services, peer, { roomId, userId, reason }) =>
  write(services, peer, roomId, () =>
    userId === undefined || userId === peer.userId
      ? { kind: 'leave', ...acting(services, peer), ...quietly(services, peer, roomId) }
      : { kind: 'kick', targetId: userId, ...because(reason), ...acting(services, peer) },
  )

export const banMember: Handler<'ban-member'> = (services, peer, { roomId, userId, reason }) =>
  write(services, peer, roomId, () => ({
    kind: 'ban',
    targetId: userId,
    ...because(reason),
    ...acting(services, peer),
  }))

export const unbanMember: Handler<'unban-member'> = (services, peer, { roomId, userId }) =>
  write(services, peer, roomId, () => ({ kind: 'unban', targetId: userId, ...acting(services, peer) }))

export const setRole: Handler<'set-role'> = (services, peer, { roomId, userId, role }) =>
  write(services, peer, roomId, () => ({
    kind: 'set-role',
    targetId: userId,
    role,
    ...acting(services, peer),
  }))

export const muteMember: Handler<'mute-member'> = (services, peer, { roomId, userId, until }) =>
  write(services, peer, roomId, () => ({ kind: 'mute', targetId: userId, until, ...acting(services, peer) }))

async function write(
  services: Services,
  peer: Peer,
  roomId: RoomId,
  toOp: () => Op | Refusal | Promise<Op | Refusal>,
) {
  const outcome = await submitInOrder(services, peer, async () => {
    const op = await toOp()
    return 'ok' in op ? op : { roomId, op }
  })
  return memberAck(outcome)
}

/** `messageId`: of the line in the log that tells of the act, where there is one. */
function acting({ clock, ids }: Services, peer: Peer) {
  const at = clock.now()
  return { actor: actorOf(peer), at, messageId: asMessageId(ids.uuid(at)) }
}

/** Of one user's joins and leaves in one room two a minute are told in its log, or one person could fill it. */
export const COMINGS: Rate = { perSecond: 2 / 60, burst: 2 }

const quietly = ({ comings }: Services, { userId }: Peer, roomId: RoomId): { quiet?: true } =>
  comings.of(pairKey(userId, roomId)).take(1) === 0 ? { quiet: true } : {}

const because = (reason: string | undefined) => (reason === undefined ? {} : { reason })

/** One page by user id, as of the room's `rev`. */
export const fetchMembers: Handler<'fetch-members'> = async (services, peer, payload) => {
  const { roomId, after, limit = LIMITS.membersPage } = payload
  const grant = services.hub.beginGrant(peer.userId)
  try {
    const page = await readFor(services, peer, async (reader) => {
      const may = await permitted(reader, peer, roomId, 'read')
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
