import type { Change, Delta } from '@roomful/protocol'
import { longerHold, NO_HOLD } from '../hold'
import { mergeMembers, mergeRoomRow, onReads, withAllMembers } from '../people/members'
import type { RoomEvent } from '../room/room-event'
import type { RoomModel } from '../room/room-model'
import { discardEvictedRow } from '../rows/evicted-ranges'
import { carryPins } from '../rows/pins'
import type { Rows } from '../rows/rows'
import {
  addRange,
  dropRange,
  emptyTimeline,
  lastRange,
  mergeRows,
  type Range,
  rangesOf,
  type Timeline,
  withoutRange,
} from '../rows/timeline'
import { carryUnread, type Unread } from '../unread/unread'
import { lastRevOf } from './changes'
import { confirmAll, replayed, viewed } from './replay'
import { begun, isSubscribed, type RoomRequest, requested } from './sync-state'

type SyncRequest = Extract<RoomRequest, { kind: 'sync' }>

/** Requests what was missed since the cursor in the held span; without a cursor, a first page. */
export function onSyncAsked(model: RoomModel): RoomModel {
  const { sync, rows } = model
  const { request } = sync
  if (request?.kind === 'sync' && request.morePages)
    return { ...model, sync: { ...sync, request: { ...request, morePages: false } } }
  const replace = rows.fromOldEpoch || rows.tail === null
  const base = begun(sync)
  const next: SyncRequest = {
    ...base,
    kind: 'sync',
    cursor: replace ? 0 : base.cursor,
    span: replace ? { from: 0, to: 0 } : spanOf(rows),
    replace,
    morePages: false,
  }
  return { ...model, sync: requested(sync, next) }
}

/** From the first seq held, in memory or on disk, to the tail. Zeros: none. */
function spanOf({ timeline, evicted, tail }: Rows): Range {
  const from = Math.min(
    rangesOf(timeline)[0]?.from ?? Number.POSITIVE_INFINITY,
    evicted[0]?.from ?? Number.POSITIVE_INFINITY,
  )
  const to = tail ?? 0
  return from <= to ? { from, to } : { from: 0, to: 0 }
}

export function onSyncAnswered(
  model: RoomModel,
  event: Extract<RoomEvent, { type: 'sync-answered' }>,
): RoomModel {
  const { request, hold } = model.sync
  if (request?.kind !== 'sync' || request.no !== event.no) return model
  const { delta } = event
  const replace = request.replace || delta.reset === true
  // Older than what this client knew when it asked: a reader that lags behind. Nothing of it can be used.
  if (!replace && delta.rev < request.cursor)
    return { ...model, sync: { ...model.sync, request: null, hold: longerHold(hold, null, event) } }
  const confirmed = confirmAll(model, [...delta.patch, ...delta.tail])
  if (delta.cont !== undefined) return withPatch(confirmed, delta, request, replace)
  const rows = delta.patch.reduce(discardEvictedRow, confirmed.rows)
  const known = { ...confirmed, rows }
  const merged = withPeopleOf(
    replace ? replaceRows(known, delta) : mergeDelta(known, delta, request.span),
    delta,
    replace || !model.people.membersKnown,
  )
  const { sync, listing } = merged
  const unread = unreadAfter(merged, delta, request)
  const outOfOrder = [...sync.outOfOrder.values()].map(lastRevOf)
  // Of a history that is not the server's any more.
  const isOver =
    model.rows.fromOldEpoch || delta.reset === true || (listing.preview?.seq ?? 0) > merged.rows.lastSeq
  return replayed(
    {
      ...merged,
      rows: { ...merged.rows, fromOldEpoch: false, pins: pinsAfter(merged, delta, request) },
      sync: {
        ...sync,
        highestSeenRev: Math.max(sync.cursor, ...(replace ? outOfOrder : [sync.highestSeenRev])),
        request: null,
        hold: unread.stale ? longerHold(hold, null, event) : NO_HOLD,
        subscription: subscriptionAfter(sync.subscription),
      },
      unread,
      listing: { ...listing, preview: isOver ? null : listing.preview, removed: null },
      view: { ...merged.view, error: null },
    },
    request.received,
  )
}

/** A part of an answer. Only the last part moves the cursor: a row that changes while the parts come is in a later one (I5). */
function withPatch(
  model: RoomModel,
  { patch, cont }: Delta,
  request: SyncRequest,
  replace: boolean,
): RoomModel {
  const timeline = replace ? model.rows.timeline : mergeRows(model.rows.timeline, viewed(model, patch))
  return {
    ...model,
    rows: patch.reduce(discardEvictedRow, { ...model.rows, timeline }),
    sync: {
      ...model.sync,
      request: { ...request, morePages: true, ...(cont === undefined ? {} : { cont }) },
    },
  }
}

/** In the room only since the connection asked for it: what came after this answer may have been sent to others only. */
function subscriptionAfter(subscription: RoomModel['sync']['subscription']) {
  if (subscription === 'notAMember') return 'none'
  return isSubscribed({ subscription }) ? 'synced' : subscription
}

/** `all`: those who are not in the answer have gone. */
function withPeopleOf(model: RoomModel, delta: Delta, all: boolean): RoomModel {
  const { members = [], reads = {}, room, rev, membersPartial } = delta
  const withMembers =
    all || membersPartial ? withAllMembers(model, members, rev, membersPartial) : mergeMembers(model, members)
  const next = room ? mergeRoomRow(withMembers, room) : withMembers
  return onReads(next, Object.entries(reads))
}

function withTail(timeline: Timeline, model: RoomModel, delta: Delta): Timeline {
  if (delta.tailFrom > delta.lastSeq) return timeline
  return addRange(timeline, { from: delta.tailFrom, to: delta.lastSeq }, viewed(model, delta.tail))
}

/**
 * An answer as new as all that was seen is the truth: a last seq of which it knows nothing is from an old epoch, and
 * would be waited for without end (I15).
 */
const lastSeqAfter = ({ sync, rows }: RoomModel, delta: Delta): number =>
  delta.rev >= sync.highestSeenRev ? delta.lastSeq : Math.max(rows.lastSeq, delta.lastSeq)

/** A reset, a first page, another epoch: the rows are swapped in one step; outbox and draft survive. */
function replaceRows(model: RoomModel, delta: Delta): RoomModel {
  const { rows, people, listing, unread } = model
  const isSame = !rows.fromOldEpoch
  const empty = { ...model, rows: { ...rows, timeline: emptyTimeline } }
  return {
    ...model,
    rows: {
      ...rows,
      timeline: withTail(emptyTimeline, empty, delta),
      evicted: [],
      tail: delta.lastSeq,
      // What was seen since is ahead of the answer.
      lastSeq: isSame ? lastSeqAfter(model, delta) : delta.lastSeq,
      floorSeq: delta.floorSeq,
    },
    sync: { ...model.sync, cursor: delta.rev },
    unread: {
      ...unread,
      lastReadSeq: isSame ? Math.max(unread.lastReadSeq, delta.lastReadSeq) : delta.lastReadSeq,
    },
    people: isSame ? people : { ...people, members: new Map(), reads: new Map() },
    listing: isSame ? listing : { ...listing, room: null },
    view: { ...model.view, anchor: null },
  }
}

function mergeDelta(model: RoomModel, delta: Delta, span: Range): RoomModel {
  const { rows, sync, unread } = model
  let { timeline } = rows
  // Rows that came live into the new hole may have missed an edit: what lies in it goes. Nothing can be missing
  // where the cursor is past the answer.
  const isHole = delta.rev > sync.cursor && delta.tailFrom > span.to + 1
  if (isHole) timeline = dropRange(timeline, { from: span.to + 1, to: delta.tailFrom - 1 })
  timeline = withTail(mergeRows(timeline, viewed(model, delta.patch)), model, delta)
  const below = { from: 1, to: delta.floorSeq - 1 }
  if (delta.floorSeq > 1) timeline = dropRange(timeline, below)
  return {
    ...model,
    rows: {
      ...rows,
      timeline,
      evicted: withoutRange(rows.evicted, below),
      tail: Math.max(delta.lastSeq, rows.tail ?? 0, lastRange(timeline)?.to ?? 0),
      lastSeq: lastSeqAfter(model, delta),
      floorSeq: delta.floorSeq,
    },
    sync: { ...sync, cursor: Math.max(sync.cursor, delta.rev) },
    unread: { ...unread, lastReadSeq: Math.max(unread.lastReadSeq, delta.lastReadSeq) },
  }
}

/** The count is as of the answer's rev: what the cursor had already passed beyond it is counted again on top. */
function unreadAfter({ unread, sync, rows, me }: RoomModel, delta: Delta, { received }: SyncRequest): Unread {
  let next: Unread = {
    ...unread,
    serverUnread: delta.unread,
    throughSeq: delta.lastSeq,
    asOfRev: delta.rev,
    stale: false,
  }
  for (const change of passedSince(delta.rev, received, sync.cursor))
    next = carryUnread(next, change, { me, floorSeq: rows.floorSeq })
  // Asked before the last read: its count is of the old cursor, and is asked for again (I13).
  const isOlder = delta.lastReadSeq < unread.lastReadSeq && unread.lastReadSeq < rows.lastSeq
  return isOlder ? { ...next, stale: true } : next
}

/** All pins as of the answer's rev, and what the cursor had already passed beyond it. Absent: none has changed. */
function pinsAfter({ sync, rows }: RoomModel, { pins, rev }: Delta, { received }: SyncRequest): Rows['pins'] {
  return pins === undefined ? rows.pins : passedSince(rev, received, sync.cursor).reduce(carryPins, pins)
}

/** In rev order. One change may have come twice: by itself, and as what an own op was answered with. */
function passedSince(rev: number, received: readonly Change[], cursor: number): readonly Change[] {
  let last = rev
  return [...received]
    .sort((a, b) => a.rev - b.rev)
    .filter((change) => {
      const isNext = change.rev > last && lastRevOf(change) <= cursor
      if (isNext) last = lastRevOf(change)
      return isNext
    })
}
