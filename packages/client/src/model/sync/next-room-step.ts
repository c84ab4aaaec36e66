import type { Payload, RoomCursor } from '@roomful/protocol'
import { asMessageId, asRoomId, asUserId, LIMITS } from '@roomful/protocol/plain'
import type { People } from '../people/people'
import { chunksToReload } from '../room/reload'
import type { RoomModel } from '../room/room-model'
import { unreadRows } from '../unread/unread-rows'
import type { PageWant } from '../view/view-place'
import { type Gap, isAwaiting } from './sync-state'

/** How long a missing rev may be on its way by another path before it counts as lost. */
const GAP_WAIT_MS = 250
/** A gap that a sync could not close is asked for ever more rarely (I15). */
const GAP_WAIT_MAX_MS = 30_000

export type RoomRequestStep = 'reload' | 'join' | 'sync' | 'page' | 'members'
type RoomStep = RoomRequestStep | { readonly until: number }

/** What an open room has to ask the server now: first to be subscribed, then what it missed, then history. */
export function nextRoomStep(model: RoomModel, now: number): RoomStep | null {
  const { rows, sync, view, people, unread } = model
  if (!view.opened || model.listing.removed !== null || isAwaiting(sync)) return null
  // What this device keeps shows before the connection is up, and costs the server nothing.
  if (sync.request === null && chunksToReload(model).length > 0) return 'reload'
  if (model.connection !== 'up') return null
  if (sync.hold.until > now) return { until: sync.hold.until }
  switch (sync.subscription) {
    // Subscribed before it reads, so that nothing falls between the two.
    case 'requested':
      return null
    case 'none':
      return 'join'
    case 'notAMember':
    case 'active':
      return 'sync'
    case 'synced':
      break
  }
  if (sync.request !== null || rows.fromOldEpoch || rows.tail === null) return 'sync'
  if (unread.stale && unreadRows(model, unread.lastReadSeq) === undefined) return 'sync'
  const gapDue = sync.gap === null ? Number.POSITIVE_INFINITY : sync.gap.since + gapWait(sync.gap)
  if (gapDue <= now) return 'sync'
  if (view.wantedPage !== null) return 'page'
  if (people.roster.want !== null) return 'members'
  return Number.isFinite(gapDue) ? { until: gapDue } : null
}

const gapWait = ({ tries }: Gap): number => Math.min(GAP_WAIT_MS * 2 ** tries, GAP_WAIT_MAX_MS)

/** The cursor as the wire has it, of the sync that is under way. */
export function cursorOf({ sync, people }: RoomModel): RoomCursor {
  const { request } = sync
  if (request?.kind !== 'sync') return { rev: 0, minSeq: 0, maxSeq: 0 }
  return {
    rev: request.cursor,
    minSeq: request.span.from,
    maxSeq: request.span.to,
    ...(people.membersKnown || request.replace ? {} : { members: true }),
    ...(request.cont === undefined ? {} : { cont: request.cont }),
  }
}

/** The page that is under way, as the wire has it. Tombstones are asked for, so that pages have no holes. */
export function historyQueryOf({ id, sync }: RoomModel): Payload<'fetch-history'> | null {
  const { request } = sync
  if (request?.kind !== 'page') return null
  const { want } = request
  const limit = Math.min(want.limit, LIMITS.historyPage)
  return {
    roomId: asRoomId(id),
    ...placeOf(want),
    limit,
    includeDeleted: true,
    minRev: request.cursor,
  }
}

function placeOf(want: PageWant): Partial<Payload<'fetch-history'>> {
  switch (want.kind) {
    case 'older':
      return { beforeSeq: want.seq }
    case 'newer':
      return { afterSeq: want.seq }
    case 'around':
      return { aroundSeq: want.seq }
    case 'find':
      return 'id' in want.by ? { aroundId: asMessageId(want.by.id) } : { aroundTime: want.by.time }
  }
}

/** The members that are wanted, as the wire has it. */
export function membersQueryOf({ id, people }: RoomModel): Payload<'fetch-members'> {
  const { to, want } = people.roster
  const limit = Math.max(1, Math.min(want ?? 1, LIMITS.membersPage))
  return { roomId: asRoomId(id), ...(to ? { after: asUserId(to) } : {}), limit }
}

/** When time alone changes something: the next typing signal that ends. */
export function nextTypingEnd({ typing }: People): number {
  let end = Number.POSITIVE_INFINITY
  for (const { until } of typing.values()) end = Math.min(end, until)
  return end
}
