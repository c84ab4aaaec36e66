import type { Member, Room } from '@roomful/protocol'
import { type Action, denialOf, outranks } from './authorise'
import { isLastOwner } from './decide-member'
import type { Fold } from './fold'
import { FIRST_MS, isoTime, LAST_MS, msOfIso } from './iso-time'
import type { Op, Outcome, Refusal } from './ops'
import { refuse } from './refusal'
import { textOfAct } from './server-actor'
import { addSystemMessage } from './system-message'

type Kick = Extract<Op, { kind: 'kick' | 'ban' }>
type Unban = Extract<Op, { kind: 'unban' }>
type SetRole = Extract<Op, { kind: 'set-role' }>
type Mute = Extract<Op, { kind: 'mute' }>
type OnMember = Kick | Unban | SetRole | Mute

export function decideKick(fold: Fold, op: Kick): Outcome {
  const found = find(fold, op, op.kind)
  if ('ok' in found) return found
  const { target, asking } = found
  const removed = op.kind === 'kick' ? 'kicked' : 'banned'
  // Already removed or banned: a retry, or two moderators at once.
  if (target.removed === removed || (target.removed !== undefined && op.kind === 'kick')) return done(target)
  if (!outranks(asking, target)) return refuse('FORBIDDEN', { field: 'userId' })
  if (keepsItsOwner(fold, op, target)) return refuse('LIMIT_EXCEEDED', { field: 'userId', limit: 1 })
  const wasIn = target.removed === undefined
  const member = fold.putMember({ ...target, removed })
  fold.addAudit(op.actor, op.at, op.kind, target.userId, op.reason ?? null)
  if (wasIn) {
    const verb = op.kind === 'kick' ? 'removed' : 'banned'
    const content = textOfAct(op.actor, {
      active: `${verb} ${target.name}`,
      passive: `${target.name} was ${verb}`,
    })
    addSystemMessage(fold, { ...op, action: op.kind, content, userId: target.userId })
  }
  return done(member)
}

/** The user is not a member again: they may join, or be invited. */
export function decideUnban(fold: Fold, op: Unban): Outcome {
  const found = find(fold, op, 'unban')
  if ('ok' in found) return found
  const { target } = found
  if (target.removed !== 'banned') return done(target)
  const member = fold.putMember({ ...target, removed: 'kicked' })
  fold.addAudit(op.actor, op.at, 'unban', target.userId)
  return done(member)
}

export function decideMute(fold: Fold, op: Mute): Outcome {
  const found = find(fold, op, 'mute')
  if ('ok' in found) return found
  const { target, asking } = found
  if (target.removed !== undefined) return refuse('USER_NOT_FOUND')
  if (!outranks(asking, target)) return refuse('FORBIDDEN', { field: 'userId' })
  const untilMs = op.until === null ? undefined : msOfIso(op.until)
  // Also NaN. Clients read no other year: one such row would stop the room for all.
  if (untilMs !== undefined && !(untilMs >= FIRST_MS && untilMs <= LAST_MS))
    return refuse('INVALID_PAYLOAD', { field: 'until' })
  // One spelling per moment: stores compare and return these texts unchanged.
  const until = untilMs === undefined ? undefined : isoTime(untilMs)
  if (target.mutedUntil === until) return done(target)
  const { mutedUntil: _, ...rest } = target
  const member = fold.putMember(until === undefined ? rest : { ...rest, mutedUntil: until })
  fold.addAudit(op.actor, op.at, until === undefined ? 'unmute' : 'mute', target.userId)
  return done(member)
}

/** Role `owner` hands the room over: the actor, if an owner, becomes an admin. */
export function decideSetRole(fold: Fold, op: SetRole): Outcome {
  const found = find(fold, op, 'set-role')
  if ('ok' in found) return found
  const { target, asking } = found
  if (target.removed !== undefined) return refuse('USER_NOT_FOUND')
  if (target.role === op.role) return done(target)
  // Members may step down themselves; another's role needs a higher rank.
  if (target.userId !== op.actor.id && !outranks(asking, target))
    return refuse('FORBIDDEN', { field: 'userId' })
  if (keepsItsOwner(fold, op, target)) return refuse('LIMIT_EXCEEDED', { field: 'role', limit: 1 })
  const member = fold.putMember({ ...target, role: op.role })
  fold.addAudit(op.actor, op.at, 'set-role', target.userId, op.role)
  const giver = asking.member
  // After the new owner's row, so that no reader ever sees the room without an owner (I3).
  if (op.role === 'owner' && giver && giver.removed === undefined && giver.role === 'owner') {
    fold.putMember({ ...giver, role: 'admin' })
  }
  return done(member)
}

type Found = {
  readonly target: Member
  readonly asking: { readonly room: Room; readonly member: Member | undefined; readonly serverAdmin: boolean }
}

/** Checks the permission first: only then may the actor learn who is, or was, in the room (P9). */
function find(fold: Fold, op: OnMember, action: Action): Found | Refusal {
  const { room } = fold
  const member = fold.member(op.actor.id)
  const serverAdmin = op.actor.admin
  const denial = denialOf(action, { room, member, serverAdmin, kinds: fold.kindsFor(op.actor) })
  if (!room || denial) return refuse(denial ?? 'ROOM_NOT_FOUND')
  const target = fold.member(op.targetId)
  return target ? { target, asking: { room, member, serverAdmin } } : refuse('USER_NOT_FOUND')
}

/**
 * The last owner stays: a room without one could not be managed. A server admin may remove them, and name another owner
 * before or after.
 */
const keepsItsOwner = (fold: Fold, { actor }: OnMember, target: Member): boolean =>
  !actor.admin && isLastOwner(fold, target)

const done = (member: Member): Outcome => ({ ok: true, kind: 'member', member })
