import type { Member } from '@roomful/protocol'
import type { Fold } from './fold'

/** A user who was put into the room now confirms by acting that they are in it. */
export function confirmMembership(fold: Fold, member: Member): Member {
  if (member.added === undefined) return member
  const { added, ...row } = member
  return fold.putMember(row)
}
