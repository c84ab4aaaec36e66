import { type Entry, READY } from '../outbox/entry'
import { emptyTimeline, rangesOf } from '../timeline'
import { newRoom, type RoomCore } from './room-core'
import type { RoomEvent } from './room-event'

/** What the last session left. Rows stay on disk until they are looked at; what was done since the start goes behind. */
export function onRestored(core: RoomCore, event: Extract<RoomEvent, { type: 'restored' }>): RoomCore {
  const { room } = event
  const known = new Set<string>(core.entries.map((entry) => entry.id))
  const old = event.entries.filter((entry) => !known.has(entry.id)).map(afterRestart)
  const entries = old.length === 0 ? core.entries : [...old, ...core.entries]
  // A sync was quicker than the disk: what it brought is newer.
  if (room === null || core.cursor > 0) return { ...core, entries }
  return {
    ...core,
    entries,
    cursor: room.cursor,
    known: Math.max(core.known, room.cursor),
    shelved: room.ranges,
    lastSeq: Math.max(core.lastSeq, room.lastSeq),
    lastReadSeq: Math.max(core.lastReadSeq, room.lastReadSeq),
    floorSeq: Math.max(core.floorSeq, room.floorSeq),
    draft: core.draft === '' ? room.draft : core.draft,
    usedAt: Math.max(core.usedAt, room.usedAt),
  }
}

/** What may have been emitted counts as emitted: it goes out again under the same id, and is not changed any more (I4). */
function afterRestart(entry: Entry): Entry {
  const state = entry.state.at === 'failed' ? entry.state : READY
  return { ...entry, state, attempts: entry.maybe ? Math.max(1, entry.attempts) : 0 }
}

/** Another user, or the end of the session: nothing of the room is left in memory. */
export function onWiped(core: RoomCore): RoomCore {
  const { id, line, windowSize, durable, opened } = core
  return { ...newRoom(id, { me: null, line, windowSize, durable }), opened }
}

/** The rows leave memory (I15); figures, outbox and draft stay. With a local store the rows are there still. */
export function onForgotten(core: RoomCore): RoomCore {
  const cursor = core.durable ? core.cursor : 0
  const shelved = core.durable
    ? [...core.shelved, ...rangesOf(core.timeline)].sort((a, b) => a.from - b.from)
    : []
  return {
    ...core,
    timeline: emptyTimeline,
    tail: null,
    cursor,
    known: cursor,
    shelved,
    ahead: new Map(),
    gap: null,
  }
}
