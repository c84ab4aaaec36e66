import { type Invitation, LIMITS, type RoomId, type UserId } from '@roomful/protocol'
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
