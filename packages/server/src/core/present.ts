import type { Member } from '@roomful/protocol'

/** True for a present member. Rows of those who left or were removed stay, as tombstones. */
export const isPresent = (member: Member | undefined): member is Member =>
  member !== undefined && member.removed === undefined

export function countPresent(members: Iterable<Member>): number {
  let count = 0
  for (const member of members) if (isPresent(member)) count++
  return count
}
