import type { Member, Room, User } from '@roomful/protocol'
import { denialOf, standingIn } from './authorise'
import { confirmMembership } from './confirm-membership'
import type { Fold } from './fold'
import { isoTime } from './iso-time'
import type { Op, Outcome } from './ops'
import { profileOf } from './profile'
import { refuse } from './refusal'
import { addSystemMessage } from './system-message'

type Join = Extract<Op, { kind: 'join' }>
type Leave = Extract<Op, { kind: 'leave' }>
type Invite = Extract<Op, { kind: 'invite' }>

export function decideJoin(fold: Fold, op: Join): Outcome {
  const { room } = fold
  const { actor, at } = op
  const before = fold.member(actor.id)
  const denial = denialOf('join', {
    room,
    member: before,
    serverAdmin: actor.admin,
    kinds: fold.kindsFor(actor),
  })
  if (!room || denial) return refuse(denial ?? 'ROOM_NOT_FOUND')
  // A default room takes only users who were never in it: one who left stays outside.
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
  const denial = denialOf('invite', {
    room,
    member: fold.member(actor.id),
    serverAdmin: actor.admin,
    kinds: fold.kindsFor(actor),
  })
  if (!room || denial) return refuse(denial ?? 'ROOM_NOT_FOUND')
  const before = fold.member(target.id)
  if (before && standingIn(room, before) !== 'none') return { ok: true, kind: 'member', member: before }
  // A moderator has to lift the ban first, on purpose.
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
  const denial = denialOf('leave', {
    room,
    member: before,
    serverAdmin: actor.admin,
    kinds: fold.kindsFor(actor),
  })
  if (!before || denial) return refuse(denial ?? 'ROOM_NOT_FOUND')
  // One who is alone leaves nobody behind.
  if (isLastOwner(fold, before) && fold.presentCount > 1)
    return refuse('LIMIT_EXCEEDED', { field: 'role', limit: 1 })
  const member = fold.putMember({ ...before, removed: 'left' })
  if (!op.quiet && room?.type !== 'dm')
    addSystemMessage(fold, { ...op, action: 'leave', content: `${actor.name} left`, userId: actor.id })
  return { ok: true, kind: 'member', member }
}

/**
 * A room with an owner and others keeps one: the owner hands it over before they leave or step down. Refused with
 * LIMIT_EXCEEDED, not FORBIDDEN: no role could do it, and the app can show its user what to do first.
 */
export function isLastOwner(fold: Fold, member: Member): boolean {
  return member.removed === undefined && member.role === 'owner' && fold.ownerCount <= 1
}

/**
 * The row of a user who joins. Earlier messages do not count as unread. On the first join they may read all; after that
 * they may not see what was sent while they were out, unless they left a public room themselves: there any newcomer
 * sees it.
 */
export function arriving(
  room: Room,
  before: Member | undefined,
  user: User,
  at: number,
): Omit<Member, 'rev'> {
  const kept = before?.removed === 'left' && room.type === 'public' ? before.fromSeq : room.lastSeq + 1
  return {
    roomId: room.id,
    userId: user.id,
    ...profileOf(user),
    role: 'member',
    joinedAt: isoTime(at),
    // The messages that wait in a dm were written to them.
    lastReadSeq: room.type === 'dm' && !before ? 0 : room.lastSeq,
    fromSeq: before ? kept : 1,
    // A mute survives leaving and returning, or it could be evaded.
    ...(before?.mutedUntil === undefined ? {} : { mutedUntil: before.mutedUntil }),
  }
}
