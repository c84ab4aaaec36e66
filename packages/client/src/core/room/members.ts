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

/** The row with the higher rev stays; mine also tells my role and where my reading starts. */
export function mergeMember(core: RoomCore, member: Member): RoomCore {
  const held = core.members.get(member.userId)
  if (held !== undefined && held.rev >= member.rev) return core
  const members = new Map(core.members).set(member.userId, member)
  const next = amended(core, { members, typing: withName(core.typing, member) })
  if (member.userId !== core.me) return withRead(next, member.userId, member.lastReadSeq)
  return movedRead(amended(next, { role: member.role }), member.lastReadSeq)
}

/** Who is renamed while typing goes on under the new name. */
function withName(typing: RoomCore['typing'], { userId, name }: Member): RoomCore['typing'] {
  const typist = typing.get(userId)
  return typist === undefined || typist.name === name
    ? typing
    : new Map(typing).set(userId, { ...typist, name })
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
  return members.reduce(mergeMember, amended(core, { members: new Map(since), membersKnown: true, roster }))
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
  const next = mergeMember(core, change.member)
  const { roster } = next
  if (change.memberCount === undefined && roster.to === null && roster.count !== null)
    return amended(next, { roster: { ...roster, count: null } })
  return withCount(next, change.memberCount, change.rev)
}

export function mergeRoomRow(core: RoomCore, { memberCount, ...room }: Room): RoomCore {
  const next = withCount(core, memberCount, room.rev)
  return core.room !== null && core.room.rev >= room.rev ? next : amended(next, { room })
}

/** Read cursors of others only move forward (I6). */
function withRead(core: RoomCore, userId: string, seq: number): RoomCore {
  if ((core.reads.get(userId) ?? 0) >= seq) return core
  return amended(core, { reads: new Map(core.reads).set(userId, seq) })
}

/** Somebody's read cursors; mine comes from another device of mine. */
export function onReads(core: RoomCore, reads: Readonly<Record<string, number>>): RoomCore {
  let next = core
  for (const [userId, seq] of Object.entries(reads))
    next = userId === core.me ? movedRead(next, seq) : withRead(next, userId, seq)
  return next
}

/** My confirmed read cursor. The figure spoke of the old one: ask for a new one unless all is read (I13). */
export function movedRead(core: RoomCore, seq: number): RoomCore {
  if (seq <= core.lastReadSeq) return core
  const allRead = seq >= core.counted
  return amended(core, { lastReadSeq: seq, figure: allRead ? 0 : core.figure, doubt: core.doubt || !allRead })
}
