import type { Member } from '@roomful/protocol'
import type { Fold } from './fold'

/** Who was put into the room has now said by an act of their own that they are in it. */
export function confirmMembership(fold: Fold, member: Member): Member {
  if (member.added === undefined) return member
  const { added, ...row } = member
  return fold.putMember(row)
}
