import type { Change, Member, Room } from '@roomful/protocol'
import { amended, type RoomCore } from './room-core'

/** What was heard of this user before it was known who he is: as of anybody. */
export function onIdentified(core: RoomCore, me: string, myName: string): RoomCore {
  if (core.me === me) return core.myName === myName ? core : amended(core, { myName })
  const seq = core.reads.get(me) ?? 0
  const reads = new Map(core.reads)
  reads.delete(me)
  const role = core.members.get(me)?.role ?? core.role
  return movedRead(amended(core, { me, myName, role, reads }), seq)
}

/** Of each member the row with the higher rev stays; mine also tells my role and where my reading starts. One copy for all. */
export function mergeMembers(core: RoomCore, rows: readonly Member[]): RoomCore {
  const newer = rows.filter(({ userId, rev }) => isNewer(core.members.get(userId), rev))
  if (newer.length === 0) return core
  const members = new Map(core.members)
  for (const row of newer) if (isNewer(members.get(row.userId), row.rev)) members.set(row.userId, row)
  const mine = newer.some(({ userId }) => userId === core.me) ? members.get(core.me ?? '') : undefined
  const role = mine?.role ?? core.role
  const next = amended(core, { members, role, typing: withNames(core.typing, newer) })
  return onReads(
    next,
    newer.map(({ userId, lastReadSeq }) => [userId, lastReadSeq]),
  )
}

const isNewer = (held: Member | undefined, rev: number): boolean => held === undefined || held.rev < rev

/** Who is renamed while typing goes on under the new name. */
function withNames(typing: RoomCore['typing'], members: readonly Member[]): RoomCore['typing'] {
  let next = typing
  for (const { userId, name } of members) {
    const typist = next.get(userId)
    if (typist && typist.name !== name) next = new Map(next).set(userId, { ...typist, name })
  }
  return next
}

/**
 * Those that there are as of `rev`: who is not among them has gone, unless they have come since. `partial`: they are not
 * all, and the others come page by page.
 */
export function withAllMembers(
  core: RoomCore,
  members: readonly Member[],
  rev: number,
  partial = false,
): RoomCore {
  const since = [...core.members].filter(([, member]) => member.rev > rev)
  const roster = { ...core.roster, to: partial ? '' : null }
  return mergeMembers(amended(core, { members: new Map(since), membersKnown: true, roster }), members)
}

/** How many are in the room, as of a rev. Undefined: an older server, which does not say. */
export function withCount(core: RoomCore, count: number | undefined, asOf: number): RoomCore {
  const { roster } = core
  if (count === undefined || (roster.count !== null && roster.asOf > asOf)) return core
  if (roster.count === count && roster.asOf === asOf) return core
  return amended(core, { roster: { ...roster, count, asOf } })
}

/** One who came, left, or is another now. A change without a count leaves it to the rows, where all are held. */
export function onMemberChange(core: RoomCore, change: Extract<Change, { kind: 'member' }>): RoomCore {
  const next = mergeMembers(core, [change.member])
  const { roster } = next
  if (change.memberCount === undefined && roster.to === null && roster.count !== null)
    return amended(next, { roster: { ...roster, count: null } })
  return withCount(next, change.memberCount, change.rev)
}

export function mergeRoomRow(core: RoomCore, { memberCount, ...room }: Room): RoomCore {
  const next = withCount(core, memberCount, room.rev)
  return core.room !== null && core.room.rev >= room.rev ? next : amended(next, { room })
}

/** Read cursors, which only move forward (I6): one copy for all of them. Mine comes from another device of mine. */
export function onReads(core: RoomCore, given: Iterable<readonly [string, number]>): RoomCore {
  let reads: Map<string, number> | undefined
  let mine = 0
  for (const [userId, seq] of given)
    if (userId === core.me) mine = Math.max(mine, seq)
    else if (((reads ?? core.reads).get(userId) ?? 0) < seq) {
      reads ??= new Map(core.reads)
      reads.set(userId, seq)
    }
  return movedRead(reads === undefined ? core : amended(core, { reads }), mine)
}

/** My confirmed read cursor. The figure spoke of the old one: ask for a new one unless all is read (I13). */
export function movedRead(core: RoomCore, seq: number): RoomCore {
  if (seq <= core.lastReadSeq) return core
  const allRead = seq >= core.counted
  return amended(core, { lastReadSeq: seq, figure: allRead ? 0 : core.figure, doubt: core.doubt || !allRead })
}
