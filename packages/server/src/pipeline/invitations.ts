import { type Invitation, LIMITS, type RoomId, type SentInvitation, type UserId } from '@roomful/protocol'
import { isPresent } from '../core/present'
import type { Reader } from '../stores/port'

/** Invitations that wait for this user's answer, newest first; of one room if it is named. */
export async function readInvitations(
  reader: Reader,
  viewer: UserId,
  nowMs: number,
  roomId?: RoomId,
): Promise<Invitation[]> {
  const one = roomId === undefined ? {} : { roomId }
  const rows = await reader.invitations(viewer, { nowMs, limit: LIMITS.invitationsReceived, ...one })
  if (rows.length === 0) return []
  const found = await reader.memberships(
    viewer,
    rows.map((row) => row.roomId),
  )
  const rooms = new Map(found.map((membership) => [membership.room.id, membership]))
  const inviterIds = [...new Set(rows.map(({ inviterId }) => inviterId))]
  const inviters = new Map(
    (await Promise.all(inviterIds.map((id) => reader.user(id)))).flatMap((user) =>
      user ? [[user.id, user] as const] : [],
    ),
  )
  return rows.flatMap(({ roomId, inviterId, at, until }) => {
    const membership = rooms.get(roomId)
    // The room is gone, or the user has joined another way.
    if (!membership || isPresent(membership.member)) return []
    const { name, type, memberCount } = membership.room
    return {
      ...{ roomId, name, type },
      ...(memberCount === undefined ? {} : { memberCount }),
      inviter: inviters.get(inviterId) ?? { id: inviterId, name: inviterId },
      createdAt: new Date(at).toISOString(),
      expiresAt: new Date(until).toISOString(),
    }
  })
}

/**
 * Invitations of this user that stand, newest first, as the user made them. Left out are those of rooms that are gone,
 * and of users whom the inviter sees in the room: they joined another way.
 */
export async function readSentInvitations(
  reader: Reader,
  viewer: UserId,
  nowMs: number,
): Promise<SentInvitation[]> {
  const rows = await reader.sentInvitations(viewer, { nowMs, limit: LIMITS.invitationsSent })
  if (rows.length === 0) return []
  const found = await reader.memberships(viewer, [...new Set(rows.map(({ roomId }) => roomId))])
  const there = new Set(found.map(({ room }) => room.id))
  const seen = found.flatMap(({ room, member }) => (isPresent(member) ? [room.id] : []))
  const present = await reader.whoIsIn(seen, [...new Set(rows.map(({ userId }) => userId))])
  const joined = new Set(present.map(({ roomId, userId }) => `${roomId} ${userId}`))
  return rows
    .filter(({ roomId, userId }) => there.has(roomId) && !joined.has(`${roomId} ${userId}`))
    .map(({ roomId, userId, at, until }) => ({
      roomId,
      userId,
      createdAt: new Date(at).toISOString(),
      expiresAt: new Date(until).toISOString(),
    }))
}
