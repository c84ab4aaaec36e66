import type { Change, Member, Room } from '@roomful/protocol'
import { type RoomModel, withPeople } from '../room/room-model'
import { movedRead } from '../unread/unread'
import { type People, withCount } from './people'

/** Sets who the user is: events that came before count like those of any member. */
export function onIdentified(model: RoomModel, me: string, myName: string): RoomModel {
  if (model.me === me) return model.myName === myName ? model : { ...model, myName }
  const { people, unread } = model
  const reads = new Map(people.reads)
  reads.delete(me)
  const role = people.members.get(me)?.role ?? people.role
  return {
    ...model,
    me,
    myName,
    people: { ...people, role, reads },
    unread: movedRead(unread, people.reads.get(me) ?? 0),
  }
}

/**
 * Of each member the row with the higher rev stays; the user's own also has their role and where reading starts. One
 * copy for all.
 */
export function mergeMembers(model: RoomModel, rows: readonly Member[]): RoomModel {
  const { people, me } = model
  const newer = rows.filter(({ userId, rev }) => isNewer(people.members.get(userId), rev))
  if (newer.length === 0) return model
  const members = new Map(people.members)
  for (const row of newer) if (isNewer(members.get(row.userId), row.rev)) members.set(row.userId, row)
  const mine = newer.some(({ userId }) => userId === me) ? members.get(me ?? '') : undefined
  const typing = withNames(people.typing, newer)
  const next = { ...model, people: { ...people, members, role: mine?.role ?? people.role, typing } }
  return onReads(
    next,
    newer.map(({ userId, lastReadSeq }) => [userId, lastReadSeq]),
  )
}

const isNewer = (held: Member | undefined, rev: number): boolean => held === undefined || held.rev < rev

/** A user renamed while typing continues under the new name, and with the new picture. */
function withNames(typing: People['typing'], members: readonly Member[]): People['typing'] {
  let next = typing
  for (const { userId, name, avatarUrl } of members) {
    const typist = next.get(userId)
    if (!typist || (typist.name === name && typist.avatarUrl === avatarUrl)) continue
    const { until } = typist
    next = new Map(next).set(userId, { name, ...(avatarUrl === undefined ? {} : { avatarUrl }), until })
  }
  return next
}

/**
 * The members as of `rev`: a missing one has left, unless they joined since. `partial`: these are not all, and the
 * others come page by page.
 */
export function withAllMembers(
  model: RoomModel,
  members: readonly Member[],
  rev: number,
  partial = false,
): RoomModel {
  const { people } = model
  const since = new Map([...people.members].filter(([, member]) => member.rev > rev))
  const roster = { ...people.roster, to: partial ? '' : null }
  return mergeMembers(
    { ...model, people: { ...people, members: since, membersKnown: true, roster } },
    members,
  )
}

/** One who came, left, or is another now. A change without a count leaves it to the rows, where all are held. */
export function onMemberChange(model: RoomModel, change: Extract<Change, { kind: 'member' }>): RoomModel {
  const next = mergeMembers(model, [change.member])
  const { people } = next
  const { roster } = people
  if (change.memberCount === undefined && roster.to === null && roster.count !== null)
    return { ...next, people: { ...people, roster: { ...roster, count: null } } }
  return withPeople(next, withCount(people, change.memberCount, change.rev))
}

export function mergeRoomRow(model: RoomModel, { memberCount, ...room }: Room): RoomModel {
  const next = withPeople(model, withCount(model.people, memberCount, room.rev))
  const held = model.listing.room
  return held !== null && held.rev >= room.rev ? next : { ...next, listing: { ...next.listing, room } }
}

/** Read cursors, which only move forward (I6): one copy for all of them. Mine comes from another device of mine. */
export function onReads(model: RoomModel, given: Iterable<readonly [string, number]>): RoomModel {
  const { people } = model
  let reads: Map<string, number> | undefined
  let mine = 0
  for (const [userId, seq] of given)
    if (userId === model.me) mine = Math.max(mine, seq)
    else if (((reads ?? people.reads).get(userId) ?? 0) < seq) {
      reads ??= new Map(people.reads)
      reads.set(userId, seq)
    }
  const unread = movedRead(model.unread, mine)
  if (reads === undefined && unread === model.unread) return model
  return { ...model, unread, people: reads === undefined ? people : { ...people, reads } }
}
