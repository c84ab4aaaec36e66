import type { Member, Room } from '@roomful/protocol'
import { denialOf, standingIn } from './authorise'
import { confirmMembership } from './confirm-membership'
import { arriving } from './decide-member'
import { dmNameOf } from './dm-name'
import type { Fold } from './fold'
import type { Op, Outcome } from './ops'
import { refuse } from './refusal'
import { addSystemMessage } from './system-message'

/** Joins by an invitation, which is valid as long as its inviter could still invite. */
export function decideAccept(fold: Fold, op: Extract<Op, { kind: 'accept' }>): Outcome {
  const { room } = fold
  const { actor, at, inviterId } = op
  if (!room) return refuse('ROOM_NOT_FOUND')
  const before = fold.member(actor.id)
  if (before && standingIn(room, before) !== 'none') return arrived(confirmMembership(fold, before))
  const inviter = fold.member(inviterId)
  const asInviter = { room, member: inviter, serverAdmin: false, kinds: fold.kinds }
  if (denialOf(room.type === 'dm' ? 'read' : 'invite', asInviter)) return refuse('ROOM_NOT_FOUND')
  if (before?.removed === 'banned') return refuse('USER_BANNED')
  const member = fold.putMember(arriving(room, before, actor, at))
  if (room.type === 'dm') renameDm(fold, room, actor)
  else addSystemMessage(fold, { ...op, action: 'join', content: `${actor.name} joined`, userId: actor.id })
  return arrived(member)
}

/** A user of a dm enters it (again). The caller checks by the dm's key that they are one of its users. */
export function decideEnterDm(fold: Fold, op: Extract<Op, { kind: 'enter-dm' }>): Outcome {
  const { room } = fold
  const { actor, at, target } = op
  if (room?.type !== 'dm') return refuse('ROOM_NOT_FOUND')
  const before = fold.member(target.id)
  const isSelf = target.id === actor.id
  if (before && standingIn(room, before) !== 'none')
    return arrived(isSelf ? confirmMembership(fold, before) : before)
  const member = fold.putMember({
    ...arriving(room, before, target, at),
    ...(isSelf ? {} : { added: true as const }),
  })
  renameDm(fold, room, target)
  return arrived(member)
}

const arrived = (member: Member): Outcome => ({ ok: true, kind: 'member', member })

/** Until they entered, the dm's name held their id: no member may see the name of an invited user. */
function renameDm(fold: Fold, room: Room, { id, name }: { id: string; name: string }): void {
  const parts = room.name.split(', ')
  if (!parts.includes(id) || id === name) return
  fold.putRoom({ ...room, name: dmNameOf(parts.map((part) => (part === id ? name : part))) })
}
