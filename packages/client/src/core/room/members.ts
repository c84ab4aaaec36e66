import type { Member, Room } from '@roomful/protocol'
import { amended, type RoomCore } from './room-core'

/** What was heard of this user before it was known who he is: as of anybody. */
export function onIdentified(core: RoomCore, me: string): RoomCore {
  if (core.me === me) return core
  const seq = core.reads.get(me) ?? 0
  const reads = new Map(core.reads)
  reads.delete(me)
  const role = core.members.get(me)?.role ?? core.role
  return movedRead(amended(core, { me, role, reads }), seq)
}

/** The row with the higher rev stays; mine also tells my role and where my reading starts. */
export function mergeMember(core: RoomCore, member: Member): RoomCore {
  const held = core.members.get(member.userId)
  if (held !== undefined && held.rev >= member.rev) return core
  const next = amended(core, { members: new Map(core.members).set(member.userId, member) })
  if (member.userId !== core.me) return withRead(next, member.userId, member.lastReadSeq)
  return movedRead(amended(next, { role: member.role }), member.lastReadSeq)
}

/** All that there are as of `rev`: whoever is not among them has gone, unless he has come since. */
export function withAllMembers(core: RoomCore, members: readonly Member[], rev: number): RoomCore {
  const since = [...core.members].filter(([, member]) => member.rev > rev)
  return members.reduce(mergeMember, amended(core, { members: new Map(since), membersKnown: true }))
}

export function mergeRoomRow(core: RoomCore, room: Room): RoomCore {
  return core.room !== null && core.room.rev >= room.rev ? core : amended(core, { room })
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
