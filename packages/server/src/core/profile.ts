import type { Member, User } from '@roomful/protocol'

/** What others see of a user. Member rows have a copy. */
export type Profile = Pick<User, 'name' | 'avatarUrl'>

/** No field without a value: rows are compared as they are. */
export const profileOf = ({
  name,
  avatarUrl,
}: {
  readonly name: string
  readonly avatarUrl?: string | null | undefined
}): Profile => ({ name, ...(avatarUrl == null ? {} : { avatarUrl }) })

export const isSameProfile = (a: Profile, b: Profile): boolean =>
  a.name === b.name && a.avatarUrl === b.avatarUrl

export function withProfile(member: Member, profile: Profile): Member {
  const { avatarUrl: _, ...rest } = member
  return { ...rest, ...profileOf(profile) }
}
