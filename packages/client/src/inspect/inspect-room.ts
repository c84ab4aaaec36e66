import type { Entry } from '../model/outbox/entry'
import type { RoomModel } from '../model/room/room-model'
import type { InspectedEntry, InspectedRange, InspectedRoom } from './inspection'
import type { Readers } from './readers'

const MOST_RANGES = 50

/** A room as it is at `now`, by the clock of the run. */
export function inspectRoom(
  model: RoomModel,
  { unreadOf, unreadRows }: Readers,
  { now, notifications, payloads }: { now: number; notifications: number; payloads: boolean },
): InspectedRoom {
  const { rows, sync, unread, outbox, listing, view } = model
  const ranges = rows.timeline.ranges
  const { gap } = sync
  return {
    id: model.id,
    name: payloads ? (listing.room?.name ?? '') : '',
    type: listing.room?.type ?? null,
    isOpen: view.opened,
    subscription: sync.subscription,
    cursor: sync.cursor,
    highestSeenRev: sync.highestSeenRev,
    gap: gap && { rev: gap.rev, forMs: Math.max(0, now - gap.since), tries: gap.tries },
    outOfOrder: sync.outOfOrder.size,
    request: sync.request?.kind ?? null,
    ranges: ranges.slice(-MOST_RANGES),
    holes: holesIn(ranges, rows.floorSeq, rows.lastSeq).slice(-MOST_RANGES),
    evicted: rows.evicted.slice(-MOST_RANGES),
    lastSeq: rows.lastSeq,
    rows: rows.timeline.count,
    unread: {
      count: unreadOf(model, unread.lastReadSeq),
      from: unreadRows(model, unread.lastReadSeq) === undefined ? 'server' : 'rows',
      lastReadSeq: unread.lastReadSeq,
      isStale: unread.stale,
    },
    outbox: {
      entries: outbox.entries.size,
      failed: outbox.entries.totals.failed,
      heldForMs: outbox.entries.size > 0 ? Math.max(0, outbox.hold.until - now) : 0,
    },
    notifications,
  }
}

/** What is not loaded between the first message that the room keeps and the last one that is known. */
export function holesIn(
  ranges: readonly InspectedRange[],
  floorSeq: number,
  lastSeq: number,
): readonly InspectedRange[] {
  const holes: InspectedRange[] = []
  let next = Math.max(1, floorSeq)
  for (const { from, to } of ranges) {
    if (from > next) holes.push({ from: next, to: from - 1 })
    next = Math.max(next, to + 1)
  }
  if (next <= lastSeq) holes.push({ from: next, to: lastSeq })
  return holes
}

/** Never what it says: a text of the outbox is as private as one of the timeline. */
export function inspectEntry(roomId: string, entry: Entry, now: number): InspectedEntry {
  const { state } = entry
  return {
    roomId,
    id: entry.id,
    kind: entry.kind,
    state: state.at,
    attempts: entry.attempts,
    ...(state.at === 'failed' ? { code: state.error.code } : {}),
    ...(entry.kind === 'send' ? { ageMs: Math.max(0, now - entry.wantedAt) } : {}),
  }
}

/** Rooms in which something goes on come first. */
export const byActivity = (a: RoomModel, b: RoomModel): number =>
  Number(b.view.opened) - Number(a.view.opened) ||
  b.outbox.entries.size - a.outbox.entries.size ||
  b.view.usedAt - a.view.usedAt
