import type { Member } from '@roomful/protocol'
import { longerHold, NO_HOLD } from '../hold'
import type { RoomEvent } from '../room/room-event'
import type { RoomModel } from '../room/room-model'
import { begun, requested } from '../sync/sync-state'
import { mergeMembers } from './members'
import { type People, withCount } from './people'

type Members = People['members']

const present = (members: Members): Member[] =>
  [...members.values()].filter((member) => member.removed === undefined)

/** The present members, as far as they are held, in the order of the pages: by user id. */
export const presentMembers = (members: Members): readonly Member[] =>
  present(members).sort((a, b) => (a.userId < b.userId ? -1 : 1))

/** As many as are held, if the server does not send the count. */
export const memberCountOf = ({ roster, members }: People): number => roster.count ?? present(members).length

/** The last page marks itself as the last; members who joined since it was read are held too. */
export const hasMoreMembers = ({ roster }: People): boolean => roster.to !== null

export function onMembersWanted(model: RoomModel, limit: number): RoomModel {
  const { people } = model
  if (people.roster.want !== null || !hasMoreMembers(people)) return model
  const roster = { ...people.roster, want: limit }
  return { ...model, people: { ...people, roster }, view: { ...model.view, error: null } }
}

/** One request of a room at a time, as for messages: no sync restarts the members while a page is on its way. */
export function onMembersAsked(model: RoomModel): RoomModel {
  const { people, sync } = model
  if (people.roster.want === null) return model
  return { ...model, sync: requested(sync, { ...begun(sync), received: [], kind: 'members' }) }
}

/**
 * Each row stays as of its highest rev, so pages and changes may come in any order. A page older than the cursor at the
 * request may lack who came before it: it is asked for again.
 */
export function onMembersAnswered(
  model: RoomModel,
  event: Extract<RoomEvent, { type: 'members-answered' }>,
): RoomModel {
  const { sync } = model
  const { request } = sync
  if (request?.kind !== 'members' || request.no !== event.no) return model
  const { members, next, rev = request.cursor, memberCount } = event.page
  if (rev < request.cursor)
    return { ...model, sync: { ...sync, request: null, hold: longerHold(sync.hold, null, event) } }
  const merged = mergeMembers(model, members)
  const people = withCount(merged.people, memberCount, rev)
  return {
    ...merged,
    people: { ...people, roster: { ...people.roster, to: next ?? null, want: null } },
    sync: { ...merged.sync, request: null, hold: NO_HOLD },
    view: { ...merged.view, error: null },
  }
}
