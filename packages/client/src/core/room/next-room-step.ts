import type { Payload, RoomCursor } from '@roomful/protocol'
import { asRoomId, asUserId, LIMITS } from '@roomful/protocol/plain'
import type { RoomCore } from './room-core'
import { shelfIndexes } from './shelf'
import { unreadRows } from './unread'

/** How long a missing rev may be on its way by another path before it counts as lost. */
const GAP_WAIT_MS = 250
/** A gap that a sync could not close is asked for ever more rarely (I15). */
const GAP_WAIT_MAX_MS = 30_000

export type RoomRequestStep = 'shelf' | 'join' | 'sync' | 'page' | 'members'
type RoomStep = RoomRequestStep | { readonly until: number }

/** What an open room has to ask the server now: first to be subscribed, then what it missed, then history. */
export function nextRoomStep(core: RoomCore, now: number): RoomStep | null {
  if (!core.opened || core.removed !== null || core.request?.step === 'asked') return null
  // What this device keeps shows before the line is up, and costs the server nothing.
  if (core.request === null && shelfIndexes(core).length > 0) return 'shelf'
  if (core.line !== 'up') return null
  if (core.requestHold.until > now) return { until: core.requestHold.until }
  // Subscribed before it reads, so that nothing falls between the two.
  if (core.joined === 'asked') return null
  if (core.joined === 'no') return 'join'
  if (core.joined === 'out') return 'sync'
  if (core.request?.step === 'next' || !core.fresh || core.foreign || core.tail === null) return 'sync'
  if (core.doubt && unreadRows(core, core.lastReadSeq) === undefined) return 'sync'
  const gapDue = core.gap === null ? Number.POSITIVE_INFINITY : core.gap.since + gapWait(core)
  if (gapDue <= now) return 'sync'
  if (core.want !== null) return 'page'
  if (core.roster.want !== null) return 'members'
  return Number.isFinite(gapDue) ? { until: gapDue } : null
}

const gapWait = (core: RoomCore): number =>
  Math.min(GAP_WAIT_MS * 2 ** (core.gap?.tries ?? 0), GAP_WAIT_MAX_MS)

/** The cursor as the wire has it, of the sync that is under way. */
export function cursorOf(core: RoomCore): RoomCursor {
  const { request } = core
  return {
    rev: request?.cursor ?? 0,
    minSeq: request?.span.from ?? 0,
    maxSeq: request?.span.to ?? 0,
    ...(core.membersKnown || request?.replace ? {} : { members: true }),
    ...(request?.cont === undefined ? {} : { cont: request.cont }),
  }
}

/** The page that is under way, as the wire has it. Tombstones are asked for, so that pages have no holes. */
export function historyQueryOf(core: RoomCore): Payload<'fetch-history'> | null {
  const want = core.request?.want
  if (!want) return null
  const place =
    want.kind === 'older'
      ? { beforeSeq: want.seq }
      : want.kind === 'newer'
        ? { afterSeq: want.seq }
        : { aroundSeq: want.seq }
  const limit = Math.min(want.limit, LIMITS.historyPage)
  return {
    roomId: asRoomId(core.id),
    ...place,
    limit,
    includeDeleted: true,
    minRev: core.request?.cursor ?? 0,
  }
}

/** The members that are wanted, as the wire has it. */
export function membersQueryOf({ id, roster }: RoomCore): Payload<'fetch-members'> {
  const after = roster.to ? { after: asUserId(roster.to) } : {}
  const limit = Math.max(1, Math.min(roster.want ?? 1, LIMITS.membersPage))
  return { roomId: asRoomId(id), ...after, limit }
}

/** When time alone changes something: the next typing signal that ends. */
export function nextTypingEnd(core: RoomCore): number {
  let end = Number.POSITIVE_INFINITY
  for (const { until } of core.typing.values()) end = Math.min(end, until)
  return end
}
