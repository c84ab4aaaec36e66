import { LIMITS, type Member, type Room, type RoomId, type UserId } from '@roomful/protocol'
import type { Reader } from '../stores/port'

export type MembersDelta = {
  readonly members?: Member[]
  /** There are more than these; what the reader holds of others may be out of date. */
  readonly membersPartial?: true
  readonly reads?: Record<string, number>
  /** More rows changed than a delta holds, in a room whose reader has them all: begin anew. */
  readonly tooMany: boolean
}

/** One more than is sent, to see whether there are more. */
const LIMIT = LIMITS.membersInline + 1

/**
 * What the reader receives of the other members. From the beginning (`since` 0): all who are present, or only the
 * reader's own row if the room is too large; `fetch-members` then reads the others. Later: the changed rows, also of
 * removed members, or, if those are too many, the reader's own row again.
 */
export async function membersSince(
  reader: Reader,
  room: Room,
  own: Member,
  since: number,
): Promise<MembersDelta> {
  const present = await presentIn(reader, room)
  const reads = present ? { reads: readsOf(present, own) } : {}
  const partial: MembersDelta = { members: [own], membersPartial: true, tooMany: false }
  if (since === 0) return present ? { ...reads, members: [...present], tooMany: false } : partial
  const changed = await reader.members(room.id, { afterRev: since, limit: LIMIT })
  if (changed.length > LIMITS.membersInline) return present ? { tooMany: true } : partial
  return { ...reads, ...(changed.length > 0 ? { members: [...changed] } : {}), tooMany: false }
}

/** Read cursors alone: they move without a rev, so a reader who was away learns of them nowhere else. */
export async function readsNow(
  reader: Reader,
  room: Room,
  own: Member,
): Promise<Pick<MembersDelta, 'reads'>> {
  const present = await presentIn(reader, room)
  return present ? { reads: readsOf(present, own) } : {}
}

/** Of all members of a room that is small enough. */
export async function readsIn(
  reader: Reader,
  roomId: RoomId,
): Promise<readonly (readonly [UserId, number])[]> {
  const present = await presentIn(reader, { id: roomId })
  return present?.map(({ userId, lastReadSeq }) => [userId, lastReadSeq] as const) ?? []
}

/** All members of a room that is small enough; undefined: it is not, and its rows are not read. */
async function presentIn(
  reader: Reader,
  { id, memberCount = 0 }: Pick<Room, 'id' | 'memberCount'>,
): Promise<readonly Member[] | undefined> {
  if (memberCount > LIMITS.membersInline) return undefined
  const present = await reader.members(id, { limit: LIMIT })
  return present.length > LIMITS.membersInline ? undefined : present
}

function readsOf(members: readonly Member[], own: Member): Record<string, number> {
  const others = members.filter(({ userId }) => userId !== own.userId)
  return Object.fromEntries(others.map(({ userId, lastReadSeq }) => [userId, lastReadSeq]))
}
