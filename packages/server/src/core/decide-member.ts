import type { Member, Room, UserId } from '@roomful/protocol'
import { denialOf, standingIn } from './authorise'
import { confirmMembership } from './confirm-membership'
import type { Fold } from './fold'
import { isoTime } from './iso-time'
import type { Op, Outcome } from './ops'
import { refuse } from './refusal'
import { addSystemMessage } from './system-message'

type Join = Extract<Op, { kind: 'join' }>
type Leave = Extract<Op, { kind: 'leave' }>
type Invite = Extract<Op, { kind: 'invite' }>

export function decideJoin(fold: Fold, op: Join): Outcome {
  const { room } = fold
  const { actor, at } = op
  const before = fold.member(actor.id)
  const denial = denialOf('join', { room, member: before, serverAdmin: actor.admin })
  if (!room || denial) return refuse(denial ?? 'ROOM_NOT_FOUND')
  // A default room takes those who were never in it: who left meanwhile stays outside.
  if (before && standingIn(room, before) !== 'none')
    return { ok: true, kind: 'member', member: op.silent ? before : confirmMembership(fold, before) }
  if (before && op.silent) return { ok: true, kind: 'member', member: before }
  if (before?.removed === 'banned') return refuse('USER_BANNED')
  const member = fold.putMember(arriving(room, before, actor, at))
  if (!op.silent && !op.quiet) {
    addSystemMessage(fold, { ...op, action: 'join', content: `${actor.name} joined`, userId: actor.id })
  }
  return { ok: true, kind: 'member', member }
}

export function decideInvite(fold: Fold, op: Invite): Outcome {
  const { room } = fold
  const { actor, at, target } = op
  const denial = denialOf('invite', { room, member: fold.member(actor.id), serverAdmin: actor.admin })
  if (!room || denial) return refuse(denial ?? 'ROOM_NOT_FOUND')
  const before = fold.member(target.id)
  if (before && standingIn(room, before) !== 'none') return { ok: true, kind: 'member', member: before }
  // The ban has to be taken back first, by somebody who means to.
  if (before?.removed === 'banned') return refuse('FORBIDDEN', { field: 'userId' })
  const member = fold.putMember({ ...arriving(room, before, target, at), added: true })
  const content = `${actor.name} added ${target.name}`
  addSystemMessage(fold, { ...op, action: 'invite', content, userId: target.id })
  return { ok: true, kind: 'member', member }
}

export function decideLeave(fold: Fold, op: Leave): Outcome {
  const { room } = fold
  const { actor } = op
  const before = fold.member(actor.id)
  // The retry of a leave whose ack was lost.
  if (room && before?.removed === 'left') return { ok: true, kind: 'member', member: before }
  const denial = denialOf('leave', { room, member: before, serverAdmin: actor.admin })
  if (!before || denial) return refuse(denial ?? 'ROOM_NOT_FOUND')
  if (isLastOwner(fold, before)) return refuse('LIMIT_EXCEEDED', { field: 'role', limit: 1 })
  const member = fold.putMember({ ...before, removed: 'left' })
  if (!op.quiet && room?.type !== 'dm')
    addSystemMessage(fold, { ...op, action: 'leave', content: `${actor.name} left`, userId: actor.id })
  return { ok: true, kind: 'member', member }
}

/**
 * A room that has an owner keeps one: he hands it over before he goes or steps down. Refused with LIMIT_EXCEEDED,
 * not FORBIDDEN: no role could do it, and the app can tell its user what to do first.
 */
export function isLastOwner(fold: Fold, member: Member): boolean {
  return member.removed === undefined && member.role === 'owner' && fold.ownerCount <= 1
}

/**
 * The row of somebody who comes in. What was said before he came does not count as unread. Who comes for the first
 * time may read all; who comes again does not see what was said while he was out, except where he left a public room
 * by himself: there any newcomer sees it.
 */
export function arriving(
  room: Room,
  before: Member | undefined,
  user: { id: UserId; name: string },
  at: number,
): Omit<Member, 'rev'> {
  const kept = before?.removed === 'left' && room.type === 'public' ? before.fromSeq : room.lastSeq + 1
  return {
    roomId: room.id,
    userId: user.id,
    name: user.name,
    role: 'member',
    joinedAt: isoTime(at),
    // What waits in a dm was written to them.
    lastReadSeq: room.type === 'dm' && !before ? 0 : room.lastSeq,
    fromSeq: before ? kept : 1,
    // A mute outlives leaving and coming back, or it would be no mute.
    ...(before?.mutedUntil === undefined ? {} : { mutedUntil: before.mutedUntil }),
  }
}
