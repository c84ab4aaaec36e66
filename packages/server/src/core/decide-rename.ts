import { dmNameOf } from './dm-name'
import type { Fold } from './fold'
import type { Op, Outcome } from './ops'
import { isPresent } from './present'
import { isSameProfile, withProfile } from './profile'
import { refuse } from './refusal'

/**
 * Updates the row of a user with a new name or picture. It needs no permission: the server does it after a sign-in. No system message
 * reports it, and sent messages keep the name they were sent under.
 */
export function decideRename(fold: Fold, op: Extract<Op, { kind: 'rename-member' }>): Outcome {
  const { room } = fold
  const { actor, others } = op
  const before = fold.member(actor.id)
  if (!room || !isPresent(before)) return refuse('ROOM_NOT_FOUND')
  if (isSameProfile(before, actor)) return { ok: true, kind: 'member', member: before }
  const member = fold.putMember(withProfile(before, actor))
  const names = others.flatMap((id) => fold.member(id)?.name ?? [])
  // A dm with another name, perhaps from an import, keeps it.
  if (room.type === 'dm' && room.name === dmNameOf([before.name, ...names]))
    fold.putRoom({ ...room, name: dmNameOf([member.name, ...names]) })
  return { ok: true, kind: 'member', member }
}
