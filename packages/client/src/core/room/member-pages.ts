import type { Member } from '@roomful/protocol'
import { longerHold, NO_HOLD } from '../hold'
import { mergeMembers, withCount } from './members'
import { amended, type RoomCore } from './room-core'
import type { RoomEvent } from './room-event'

type Members = RoomCore['members']

const present = (members: Members): Member[] =>
  [...members.values()].filter((member) => member.removed === undefined)

/** Those who are in the room now, as far as they are held, in the order of the pages: by user id. */
export const presentMembers = (members: Members): readonly Member[] =>
  present(members).sort((a, b) => (a.userId < b.userId ? -1 : 1))

/** As many as are held, where the server does not say. */
export const memberCountOf = ({ roster, members }: RoomCore): number =>
  roster.count ?? present(members).length

/** The last page says that it is the last; who came since it was read is held too. */
export const hasMoreMembers = ({ roster }: RoomCore): boolean => roster.to !== null

export function onMembersWanted(core: RoomCore, limit: number): RoomCore {
  const { roster } = core
  if (roster.want !== null || !hasMoreMembers(core)) return core
  return amended(core, { roster: { ...roster, want: limit }, error: null })
}

/** One request of a room at a time, as for messages: no sync begins the members anew while a page is on its way. */
export function onMembersAsked(core: RoomCore): RoomCore {
  if (core.roster.want === null) return core
  const { cursor } = core
  const no = core.requests + 1
  const span = { from: 0, to: 0 }
  return amended(core, {
    requests: no,
    request: { no, kind: 'members', step: 'asked', cursor, span, replace: false, heard: [] },
  })
}

/**
 * Each row stays as of its highest rev, so pages and changes may come in any order. A page older than the cursor at the
 * request may lack who came before it: it is asked for again.
 */
export function onMembersAnswered(
  core: RoomCore,
  event: Extract<RoomEvent, { type: 'members-answered' }>,
): RoomCore {
  const { request } = core
  if (request?.kind !== 'members' || request.no !== event.no) return core
  const { members, next, rev = request.cursor, memberCount } = event.page
  if (rev < request.cursor)
    return amended(core, { request: null, requestHold: longerHold(core.requestHold, null, event) })
  const taken = withCount(mergeMembers(core, members), memberCount, rev)
  const roster = { ...taken.roster, to: next ?? null, want: null }
  return amended(taken, { roster, request: null, requestHold: NO_HOLD, error: null })
}
