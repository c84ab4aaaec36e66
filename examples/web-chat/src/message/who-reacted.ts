import type { MemberView } from '@roomful/client'

/** Named one by one. */
const NAMED = 8

type Reacted = {
  readonly users: readonly string[]
  readonly count: number
  readonly isMine: boolean
  readonly myId: string | undefined
}

/** `you, Ben and 3 others`: those whose names are loaded, and how many more there are. */
export function whoReacted(
  { users, count, isMine, myId }: Reacted,
  members: readonly Pick<MemberView, 'userId' | 'name'>[],
): string {
  const names = users
    .filter((userId) => userId !== myId)
    .flatMap((userId) => members.find((member) => member.userId === userId)?.name ?? [])
  const named = [...(isMine ? ['you'] : []), ...names].slice(0, NAMED)
  const more = count - named.length
  if (named.length === 0) return count === 1 ? 'one person' : `${count} people`
  if (more > 0) return `${named.join(', ')} and ${more === 1 ? 'one other' : `${more} others`}`
  return named.length === 1 ? String(named[0]) : `${named.slice(0, -1).join(', ')} and ${named.at(-1)}`
}
