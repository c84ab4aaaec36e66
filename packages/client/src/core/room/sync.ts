import type { Delta } from '@roomful/protocol'
import { longerHold, NO_HOLD } from '../hold'
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
} from '../timeline'
import { heardAhead, lastRevOf } from './changes'
import { discardEvictedRow } from './evicted-ranges'
import { mergeMembers, mergeRoomRow, onReads, withAllMembers } from './members'
import { confirmAll, replayed, viewed } from './replay'
import { amended, type RoomCore } from './room-core'
import type { RoomEvent } from './room-event'
import { carryFigure } from './unread'

/** Asks for what was missed since the cursor in the span that is held; with nothing to go on, for a first page. */
export function onSyncAsked(core: RoomCore): RoomCore {
  if (core.request?.step === 'next') return amended(core, { request: { ...core.request, step: 'asked' } })
  const replace = core.foreign || core.tail === null
  return amended(core, {
    requests: core.requests + 1,
    request: {
      no: core.requests + 1,
      kind: 'sync',
      step: 'asked',
      cursor: replace ? 0 : core.cursor,
      span: replace ? { from: 0, to: 0 } : spanOf(core),
      replace,
      heard: heardAhead(core),
    },
  })
}

/** From the first seq held, in memory or on disk, to the tail. Zeros: none. */
function spanOf(core: RoomCore): Range {
  const from = Math.min(
    rangesOf(core.timeline)[0]?.from ?? Number.POSITIVE_INFINITY,
    core.shelved[0]?.from ?? Number.POSITIVE_INFINITY,
  )
  const to = core.tail ?? 0
  return from <= to ? { from, to } : { from: 0, to: 0 }
}

export function onSyncAnswered(
  core: RoomCore,
  event: Extract<RoomEvent, { type: 'sync-answered' }>,
): RoomCore {
  const { request } = core
  if (request?.kind !== 'sync' || request.no !== event.no) return core
  const { delta } = event
  const replace = request.replace || delta.reset === true
  // Older than what this client knew when it asked: a reader that lags behind. Nothing of it can be used.
  if (!replace && delta.rev < request.cursor)
    return amended(core, { request: null, requestHold: longerHold(core.requestHold, null, event) })
  const rows = [...delta.patch, ...delta.tail]
  let next = confirmAll(core, rows)
  if (delta.cont !== undefined) {
    // Only the last page moves the cursor: a row that changes while the pages run is in a later page (I5).
    if (!replace) next = amended(next, { timeline: mergeRows(next.timeline, viewed(next, delta.patch)) })
    for (const row of delta.patch) next = discardEvictedRow(next, row)
    return amended(next, { request: { ...request, step: 'next', cont: delta.cont } })
  }
  for (const row of delta.patch) next = discardEvictedRow(next, row)
  next = replace ? replaceRows(next, delta) : mergeDelta(next, delta, request.span)
  const { members = [] } = delta
  next =
    replace || !core.membersKnown || delta.membersPartial
      ? withAllMembers(next, members, delta.rev, delta.membersPartial)
      : mergeMembers(next, members)
  if (delta.room) next = mergeRoomRow(next, delta.room)
  next = withFigure(onReads(next, Object.entries(delta.reads ?? {})), delta)
  // Asked before the last read: its figure is of the old cursor, and is asked for anew (I13).
  const doubt = next.doubt || (delta.lastReadSeq < next.lastReadSeq && next.lastReadSeq < next.lastSeq)
  const heardOf = [...next.ahead.values()].map(lastRevOf)
  // Of a history that is not the server's any more.
  const isOver = core.foreign || delta.reset === true || (next.preview?.seq ?? 0) > next.lastSeq
  return replayed(
    amended(next, {
      known: Math.max(next.cursor, ...(replace ? heardOf : [next.known])),
      request: null,
      requestHold: doubt ? longerHold(core.requestHold, null, event) : NO_HOLD,
      // In it only since the line asked to hear of it: what came after this answer may have been told to nobody here.
      joined: core.joined === 'out' ? 'no' : core.joined,
      fresh: core.joined === 'yes',
      foreign: false,
      doubt,
      preview: isOver ? null : next.preview,
      removed: null,
      error: null,
    }),
    request.heard,
  )
}

function withTail(timeline: Timeline, core: RoomCore, delta: Delta): Timeline {
  if (delta.tailFrom > delta.lastSeq) return timeline
  return addRange(timeline, { from: delta.tailFrom, to: delta.lastSeq }, viewed(core, delta.tail))
}

/**
 * An answer as new as all that was heard of is the truth: a last seq of which it knows nothing is from an old epoch, and
 * would be waited for without end (I15).
 */
const lastSeqAfter = (core: RoomCore, delta: Delta): number =>
  delta.rev >= core.known ? delta.lastSeq : Math.max(core.lastSeq, delta.lastSeq)

/** A reset, a first page, another epoch: the rows are swapped in one step; outbox and draft survive. */
function replaceRows(core: RoomCore, delta: Delta): RoomCore {
  const same = !core.foreign
  return amended(core, {
    timeline: withTail(emptyTimeline, amended(core, { timeline: emptyTimeline }), delta),
    shelved: [],
    tail: delta.lastSeq,
    cursor: delta.rev,
    // What was heard of since is ahead of the answer.
    lastSeq: same ? lastSeqAfter(core, delta) : delta.lastSeq,
    floorSeq: delta.floorSeq,
    lastReadSeq: same ? Math.max(core.lastReadSeq, delta.lastReadSeq) : delta.lastReadSeq,
    members: same ? core.members : new Map(),
    reads: same ? core.reads : new Map(),
    room: same ? core.room : null,
    anchor: null,
  })
}

function mergeDelta(core: RoomCore, delta: Delta, span: Range): RoomCore {
  let { timeline } = core
  // Rows that came live into the new hole may have missed an edit: what lies in it goes. Nothing can be missing
  // where the cursor is past the answer.
  const hole = delta.rev > core.cursor && delta.tailFrom > span.to + 1
  if (hole) timeline = dropRange(timeline, { from: span.to + 1, to: delta.tailFrom - 1 })
  timeline = withTail(mergeRows(timeline, viewed(core, delta.patch)), core, delta)
  const below = { from: 1, to: delta.floorSeq - 1 }
  if (delta.floorSeq > 1) timeline = dropRange(timeline, below)
  return amended(core, {
    timeline,
    shelved: withoutRange(core.shelved, below),
    tail: Math.max(delta.lastSeq, core.tail ?? 0, lastRange(timeline)?.to ?? 0),
    cursor: Math.max(core.cursor, delta.rev),
    lastSeq: lastSeqAfter(core, delta),
    floorSeq: delta.floorSeq,
    lastReadSeq: Math.max(core.lastReadSeq, delta.lastReadSeq),
  })
}

/** The figure is as of the answer's rev: what the cursor had already passed beyond it is counted again on top. */
function withFigure(core: RoomCore, delta: Delta): RoomCore {
  let base = { figure: delta.unread, counted: delta.lastSeq, doubt: false }
  let rev = delta.rev
  // One change may have been heard twice: as it was told, and as what an own op was answered with.
  for (const change of [...(core.request?.heard ?? [])].sort((a, b) => a.rev - b.rev)) {
    if (change.rev <= rev || lastRevOf(change) > core.cursor) continue
    base = carryFigure(base, change, core)
    rev = lastRevOf(change)
  }
  return amended(core, { ...base, figureRev: delta.rev })
}
