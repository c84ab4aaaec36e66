import type { Member } from '@roomful/protocol'
import { asUserId } from '@roomful/protocol/plain'
import { readSeqOf } from '../outbox/enqueue'
import { hasMoreMembers, memberCountOf, presentMembers } from '../people/member-pages'
import type { People } from '../people/people'
import type { RoomModel } from '../room/room-model'
import type { MemberView, RoomState, RoomStatus, TypingUser } from '../room-shape'
import type { Sync } from '../sync/sync-state'
import { unreadOf } from '../unread/unread-rows'
import { createShownMessages, isAtTail, sameList, shownRange } from './shown-messages'
import { createShownPins } from './shown-pins'

export function statusOf({ view, rows, sync, listing, connection }: RoomModel): RoomStatus {
  if (listing.removed !== null) return 'removed'
  if (!view.opened) return 'idle'
  if (connection === 'down') return 'offline'
  if (rows.tail === null) return 'loading'
  const isSyncing = sync.request?.kind === 'sync' || rows.fromOldEpoch || isLeftBehind(sync)
  return connection === 'up' && sync.subscription === 'synced' && !isSyncing ? 'live' : 'catching-up'
}

/**
 * A gap that its first sync did not close, or whose sync has to wait for a page. Before that it is usually a change
 * that arrives by another path in a moment: the room does not flicker for it.
 */
const isLeftBehind = ({ gap, request }: Sync): boolean => gap !== null && (gap.tries > 0 || request !== null)

/** One room's view: slices keep their reference until they change, and slices are built lazily. */
export function createRoomView(): (model: RoomModel) => RoomState {
  const shown = createShownMessages()
  const pins = createShownPins()
  const membersOf = memo((held: People['members']) => presentMembers(held).map(memberView))
  const typingOf = memo((held: People['typing']): readonly TypingUser[] =>
    [...held].map(([userId, { until: _, ...typist }]) => ({ userId: asUserId(userId), ...typist })),
  )
  let last: { model: RoomModel; state: RoomState } | undefined

  return (model) => {
    if (last?.model === model) return last.state
    const { people, rows, view, listing } = model
    const range = shownRange(model)
    const readSeq = readSeqOf(model)
    const pageSide = view.wantedPage?.kind
    const state: RoomState = {
      id: model.id,
      status: statusOf(model),
      room: listing.room,
      role: people.role,
      messages: shown(model),
      pins: pins(model),
      unread: unreadOf(model, readSeq),
      lastReadSeq: readSeq,
      lastSeq: rows.lastSeq,
      reads: people.reads,
      typing: typingOf(people.typing),
      members: membersOf(people.members),
      memberCount: memberCountOf(people),
      hasMoreMembers: hasMoreMembers(people),
      loadingMembers: people.roster.want !== null,
      hasOlder: range !== undefined && range.from > rows.floorSeq,
      hasNewer: !isAtTail(model),
      loadingOlder: pageSide === 'older',
      loadingNewer: pageSide === 'newer',
      jump: view.jump,
      draft: view.draft,
      error: view.error,
    }
    last = { model, state: last && sameState(last.state, state) ? last.state : state }
    return last.state
  }
}

const memberView = ({ userId, name, avatarUrl, role, mutedUntil }: Member): MemberView => ({
  userId,
  name,
  ...(avatarUrl === undefined ? {} : { avatarUrl }),
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

/** Most of what a room does inside is not seen: then its state is the same object, and nothing renders. */
function sameState(a: RoomState, b: RoomState): boolean {
  return sameList(Object.values(a), Object.values(b))
}
