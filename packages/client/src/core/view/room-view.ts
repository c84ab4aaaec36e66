import type { Member } from '@roomful/protocol'
import { asUserId } from '@roomful/protocol/plain'
import { readSeqOf } from '../outbox/enqueue'
import { hasMoreMembers, memberCountOf, presentMembers } from '../room/member-pages'
import type { RoomCore } from '../room/room-core'
import { unreadOf } from '../room/unread'
import type { MemberView, RoomState, RoomStatus, TypingUser } from '../room-shape'
import { createShownMessages, isAtTail, sameList, shownRange } from './shown-messages'

export function statusOf(core: RoomCore): RoomStatus {
  if (core.removed !== null) return 'removed'
  if (!core.opened) return 'idle'
  if (core.line === 'down') return 'offline'
  if (core.tail === null) return 'loading'
  const syncing = core.request?.kind === 'sync' || core.foreign || isLeftBehind(core)
  return core.line === 'up' && core.fresh && !syncing ? 'live' : 'catching-up'
}

/**
 * A gap that its first sync did not close, or whose sync has to wait for a page. Before that it is more often a change that
 * comes by another path in a moment: the room does not flicker for it.
 */
const isLeftBehind = ({ gap, request }: RoomCore): boolean =>
  gap !== null && (gap.tries > 0 || request !== null)

/** One room's view: slices keep their reference until they change, and nothing is made that nobody asks for. */
export function createRoomView(): (core: RoomCore) => RoomState {
  const shown = createShownMessages()
  const members = memo((held: RoomCore['members']) => presentMembers(held).map(memberView))
  const typing = memo((held: RoomCore['typing']): readonly TypingUser[] =>
    [...held].map(([userId, { name }]) => ({ userId: asUserId(userId), name })),
  )
  let last: { core: RoomCore; state: RoomState } | undefined

  return (core) => {
    if (last?.core === core) return last.state
    const range = shownRange(core)
    const readSeq = readSeqOf(core)
    const pageSide = core.want?.kind
    const state: RoomState = {
      id: core.id,
      status: statusOf(core),
      room: core.room,
      role: core.role,
      messages: shown(core),
      unread: unreadOf(core, readSeq),
      lastReadSeq: readSeq,
      lastSeq: core.lastSeq,
      reads: core.reads,
      typing: typing(core.typing),
      members: members(core.members),
      memberCount: memberCountOf(core),
      hasMoreMembers: hasMoreMembers(core),
      loadingMembers: core.roster.want !== null,
      hasOlder: range !== undefined && range.from > core.floorSeq,
      hasNewer: !isAtTail(core),
      loadingOlder: pageSide === 'older',
      loadingNewer: pageSide === 'newer',
      draft: core.draft,
      error: core.error,
    }
    last = { core, state: last && sameState(last.state, state) ? last.state : state }
    return last.state
  }
}

const memberView = ({ userId, name, role, mutedUntil }: Member): MemberView => ({
  userId,
  name,
  role,
  ...(mutedUntil === undefined ? {} : { mutedUntil }),
})

/** Keeps the list while its source is the same, or makes the same of it. */
function memo<S, T>(make: (source: S) => readonly T[]): (source: S) => readonly T[] {
  let last: { source: S; list: readonly T[] } | undefined
  return (source) => {
    if (last?.source === source) return last.list
    const list = make(source)
    last = { source, list: last && sameList(last.list, list) ? last.list : list }
    return last.list
  }
}

/** Most of what a room does inside is not seen: then its state is the same object, and nobody renders. */
function sameState(a: RoomState, b: RoomState): boolean {
  return sameList(Object.values(a), Object.values(b))
}
