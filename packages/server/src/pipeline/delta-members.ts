import { LIMITS, type Member, type Room, type RoomId, type UserId } from '@roomful/protocol'
import type { Reader } from '../stores/port'

export type MembersDelta = {
  readonly members?: Member[]
  readonly reads?: Record<string, number>
  /** More rows changed than a delta tells, in a room whose reader holds them all: he has to begin anew. */
  readonly tooMany: boolean
}

/** One more than is told, to see whether there are more. */
const LIMIT = LIMITS.membersInline + 1

/**
 * What the reader gets of the others. From the beginning (`since` 0): everybody present, or only himself where the
 * room is too large to tell. Later: the rows that changed, the removed among them.
 */
export async function membersSince(
  reader: Reader,
  room: Room,
  own: Member,
  since: number,
): Promise<MembersDelta> {
  const present = await reader.members(room.id, { limit: LIMIT })
  const isSmall = present.length <= LIMITS.membersInline
  const reads = isSmall ? { reads: readsOf(present, own) } : {}
  if (since === 0) return { ...reads, members: isSmall ? [...present] : [own], tooMany: false }
  const changed = await reader.members(room.id, { afterRev: since, limit: LIMIT })
  if (changed.length > LIMITS.membersInline) {
    return isSmall ? { tooMany: true } : { ...reads, members: [own], tooMany: false }
  }
  return { ...reads, ...(changed.length > 0 ? { members: [...changed] } : {}), tooMany: false }
}

/** Read cursors alone: they move without a rev, so nothing else tells whoever was away. */
export async function readsNow(
  reader: Reader,
  room: Room,
  own: Member,
): Promise<Pick<MembersDelta, 'reads'>> {
  const present = await reader.members(room.id, { limit: LIMIT })
  return present.length <= LIMITS.membersInline ? { reads: readsOf(present, own) } : {}
}

/** Of everybody in a room that is small enough to tell them. */
export async function readsIn(
  reader: Reader,
  roomId: RoomId,
): Promise<readonly (readonly [UserId, number])[]> {
  const present = await reader.members(roomId, { limit: LIMIT })
  const isSmall = present.length <= LIMITS.membersInline
  return isSmall ? present.map(({ userId, lastReadSeq }) => [userId, lastReadSeq] as const) : []
}

function readsOf(members: readonly Member[], own: Member): Record<string, number> {
  const others = members.filter(({ userId }) => userId !== own.userId)
  return Object.fromEntries(others.map(({ userId, lastReadSeq }) => [userId, lastReadSeq]))
}
