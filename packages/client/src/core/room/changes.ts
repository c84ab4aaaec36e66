import type { Change } from '@roomful/protocol'
import { assertNever } from '../assert-never'
import { mergeRoomRow, onMemberChange } from './members'
import { takeRow } from './merge'
import { amended, type RoomCore } from './room-core'
import { carryFigure } from './unread'

/** Beyond this many changes in one request's time a fresh answer is cheaper than the memory (I15). */
const HEARD_MAX = 2_000

/** The last rev that a change speaks of. */
export const lastRevOf = (change: Change): number =>
  change.kind === 'skip' ? change.rev + change.count - 1 : change.rev

/**
 * Changes as they come, in whatever order and however often (I17). Up to the cursor they renew held rows and settle
 * own sends, and create nothing; past it they are remembered until the cursor gets there.
 */
export function onChanges(core: RoomCore, changes: readonly Change[]): RoomCore {
  let next = heard(core, changes)
  for (const change of changes) next = onChange(next, change)
  return next.ahead.has(next.cursor + 1) ? advance(next) : bounded(next)
}

function onChange(core: RoomCore, change: Change): RoomCore {
  const last = lastRevOf(change)
  if (last <= core.cursor && !core.foreign) return takeRow(core, change, false)
  if (core.ahead.has(change.rev)) return core
  const taken = take(core, change)
  const next = amended(taken, { known: Math.max(taken.known, last) })
  // The common case, one change after the other, copies no map.
  if (change.rev <= core.cursor + 1 && core.ahead.size === 0 && !core.foreign) return passed(next, change)
  return amended(next, { ahead: new Map(next.ahead).set(change.rev, change) })
}

/** All that a change says, whether the cursor passes it now or later. */
function take(core: RoomCore, change: Change): RoomCore {
  const next = takeRow(core, change, true)
  switch (change.kind) {
    case 'message':
      return amended(next, { lastSeq: Math.max(next.lastSeq, change.message.seq) })
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

/**
 * What a request hears from its beginning: rows past a missing rev. The cursor may be past them when the answer comes,
 * which need not know of them (I5).
 */
export const heardAhead = (core: RoomCore): readonly Change[] =>
  [...core.ahead.values()].filter((change) => change.kind === 'message')

/** A request under way hears every row, to take it again once its answer is in. */
function heard(core: RoomCore, changes: readonly Change[]): RoomCore {
  const { request } = core
  if (request === null) return core
  const all = [...request.heard, ...changes.filter((change) => change.kind === 'message')]
  return amended(core, { request: all.length > HEARD_MAX ? null : { ...request, heard: all } })
}

/** What is remembered past a missing rev is bounded (I15): the sync that is due brings it all again. */
function bounded(core: RoomCore): RoomCore {
  return core.ahead.size > HEARD_MAX ? amended(core, { ahead: new Map() }) : core
}

/** The cursor moves over one change, in rev order: the only place where the unread figure is carried on. */
function passed(core: RoomCore, change: Change): RoomCore {
  const cursor = lastRevOf(change)
  if (change.rev <= core.figureRev) return amended(core, { cursor })
  return amended(core, { ...carryFigure(core, change, core), cursor })
}

/**
 * Moves the cursor over what is remembered without a missing rev (I5), and lets rows that waited for the tail to reach
 * them take their place.
 */
export function advance(core: RoomCore): RoomCore {
  if (core.foreign) return core
  let next = core
  const ahead = new Map<number, Change>()
  for (const change of [...core.ahead.values()].sort((a, b) => a.rev - b.rev)) {
    if (lastRevOf(change) <= next.cursor) continue
    // Whole: an answer that swapped an old epoch's rows took with them what had been heard of this one.
    next = take(next, change)
    if (change.rev <= next.cursor + 1) next = passed(next, change)
    else ahead.set(change.rev, change)
  }
  return ahead.size === next.ahead.size ? next : amended(next, { ahead })
}
