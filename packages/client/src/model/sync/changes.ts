import type { Change } from '@roomful/protocol'
import { assertNever } from '../assert-never'
import { mergeRoomRow, onMemberChange } from '../people/members'
import { type RoomModel, withSlices } from '../room/room-model'
import { mergeRow } from '../rows/merge'
import { carryPins } from '../rows/pins'
import { withPins } from '../rows/rows'
import { carryUnread } from '../unread/unread'
import type { Sync } from './sync-state'

/** Beyond this many changes in one request's time a fresh answer is cheaper than the memory (I15). */
const RECEIVED_MAX = 2_000

/** The last rev that a change covers. */
export const lastRevOf = (change: Change): number =>
  change.kind === 'skip' ? change.rev + change.count - 1 : change.rev

/**
 * Changes as they come, in any order and any number of times (I17). Up to the cursor they renew held rows and confirm
 * own sends, and create nothing; past it they are remembered until the cursor gets there.
 */
export function onChanges(model: RoomModel, changes: readonly Change[]): RoomModel {
  const sync = received(model.sync, changes)
  let next = sync === model.sync ? model : { ...model, sync }
  for (const change of changes) next = onChange(next, change)
  if (next.sync.outOfOrder.has(next.sync.cursor + 1)) return advanceCursor(next)
  // What is remembered past a missing rev is bounded (I15): the sync that is due has all of it.
  return next.sync.outOfOrder.size > RECEIVED_MAX
    ? { ...next, sync: { ...next.sync, outOfOrder: new Map() } }
    : next
}

function onChange(model: RoomModel, change: Change): RoomModel {
  const last = lastRevOf(change)
  const { cursor, outOfOrder } = model.sync
  const { fromOldEpoch } = model.rows
  if (last <= cursor && !fromOldEpoch) return mergeRow(model, change, false)
  if (outOfOrder.has(change.rev)) return model
  const applied = apply(model, change)
  const highestSeenRev = Math.max(applied.sync.highestSeenRev, last)
  // The common case, one change after the other, copies no map.
  if (change.rev <= cursor + 1 && outOfOrder.size === 0 && !fromOldEpoch)
    return passed(applied, change, highestSeenRev)
  const remembered = new Map(outOfOrder).set(change.rev, change)
  return { ...applied, sync: { ...applied.sync, highestSeenRev, outOfOrder: remembered } }
}

/** Everything in a change, whether the cursor passes it now or later. */
function apply(model: RoomModel, change: Change): RoomModel {
  const next = mergeRow(model, change, true)
  switch (change.kind) {
    case 'message': {
      const lastSeq = Math.max(next.rows.lastSeq, change.message.seq)
      return lastSeq === next.rows.lastSeq ? next : { ...next, rows: { ...next.rows, lastSeq } }
    }
    case 'member':
      return onMemberChange(next, change)
    case 'room':
      return mergeRoomRow(next, change.room)
    case 'skip':
      return next
    default:
      return assertNever(change)
  }
}

/** A request under way keeps every row, to merge it again once its answer is in. */
function received(sync: Sync, changes: readonly Change[]): Sync {
  const { request } = sync
  if (request === null) return sync
  const all = [...request.received, ...changes.filter((change) => change.kind === 'message')]
  return { ...sync, request: all.length > RECEIVED_MAX ? null : { ...request, received: all } }
}

/** The cursor moves over one change, in rev order: the only place where the server's unread count and pins are carried on. */
function passed(model: RoomModel, change: Change, highestSeenRev: number): RoomModel {
  const { unread, me, rows, sync } = model
  const next: Sync = {
    subscription: sync.subscription,
    cursor: lastRevOf(change),
    highestSeenRev,
    outOfOrder: sync.outOfOrder,
    gap: sync.gap,
    lastRequestNo: sync.lastRequestNo,
    request: sync.request,
    hold: sync.hold,
  }
  const isCounted = change.rev <= unread.asOfRev
  const carried = isCounted ? unread : carryUnread(unread, change, { me, floorSeq: rows.floorSeq })
  return withSlices(model, withPins(rows, carryPins(rows.pins, change)), next, carried)
}

/**
 * Moves the cursor over what is remembered without a missing rev (I5), and lets rows that waited for the tail to reach
 * them take their place.
 */
export function advanceCursor(model: RoomModel): RoomModel {
  if (model.rows.fromOldEpoch || model.sync.outOfOrder.size === 0) return model
  let next = model
  const outOfOrder = new Map<number, Change>()
  for (const change of [...model.sync.outOfOrder.values()].sort((a, b) => a.rev - b.rev)) {
    if (lastRevOf(change) <= next.sync.cursor) continue
    // Whole: an answer that swapped an old epoch's rows took with them what had come of this one.
    next = apply(next, change)
    if (change.rev <= next.sync.cursor + 1) next = passed(next, change, next.sync.highestSeenRev)
    else outOfOrder.set(change.rev, change)
  }
  return outOfOrder.size === next.sync.outOfOrder.size
    ? next
    : { ...next, sync: { ...next.sync, outOfOrder } }
}
