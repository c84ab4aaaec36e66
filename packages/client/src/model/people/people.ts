import type { Member, Role } from '@roomful/protocol'

/** What is known of the members beyond the rows that are held. */
export type Roster = {
  /** The member count, from the server; null: it does not send it, or has not yet. */
  readonly count: number | null
  /** The rev that `count` is as of: an older count does not win. */
  readonly asOf: number
  /** All up to this user id are held; null: all there are. */
  readonly to: string | null
  /** So many more are wanted; null: none. */
  readonly want: number | null
}

export type Typist = { readonly name: string; readonly avatarUrl?: string; readonly until: number }

/** Who is in the room, how far they have read, and who is typing. */
export type People = {
  /** The user's own role, once known. */
  readonly role: Role | null
  readonly members: ReadonlyMap<string, Member>
  /** A sync sent them: all, or up to `roster.to`. A local store keeps none: the next sync requests them. */
  readonly membersKnown: boolean
  readonly roster: Roster
  /** Read cursors of the others. */
  readonly reads: ReadonlyMap<string, number>
  readonly typing: ReadonlyMap<string, Typist>
}

const NO_ROSTER: Roster = { count: null, asOf: 0, to: null, want: null }

export const newPeople = (): People => ({
  role: null,
  members: new Map(),
  membersKnown: false,
  roster: NO_ROSTER,
  reads: new Map(),
  typing: new Map(),
})

/** Nothing of the members of another epoch; that more of them are wanted stays. */
export const ofOtherEpoch = (people: People): People => ({
  ...people,
  members: new Map(),
  membersKnown: false,
  roster: { ...NO_ROSTER, want: people.roster.want },
  reads: new Map(),
})

/** The member count, as of a rev. Undefined: an older server, which does not send it. */
export function withCount(people: People, count: number | undefined, asOf: number): People {
  const { roster } = people
  if (count === undefined || (roster.count !== null && roster.asOf > asOf)) return people
  if (roster.count === count && roster.asOf === asOf) return people
  return { ...people, roster: { ...roster, count, asOf } }
}

/** No more members are wanted. */
export const withoutWant = (people: People): People =>
  people.roster.want === null ? people : { ...people, roster: { ...people.roster, want: null } }
