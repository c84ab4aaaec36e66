import type { MessageId } from '@roomful/protocol'
import { aimed, type Entry, isTargeted, READY, subjectOf } from '../outbox/entry'
import { allEntries } from '../outbox/entry-list'
import { newOutbox, outboxWith } from '../outbox/outbox'
import { emptyTimeline, type Range, rangesOf, rowsIn } from '../timeline'
import { discardEvicted, heldRanges } from './evicted-ranges'
import { stale } from './preview'
import { amended, newRoom, type RoomCore } from './room-core'
import type { Restored, RoomEvent } from './room-event'

/** What the last session left. Rows stay on disk until they are looked at; what was done since the start goes behind. */
export function onRestored(core: RoomCore, event: Extract<RoomEvent, { type: 'restored' }>): RoomCore {
  const { room } = event
  const old = undone(core, event.entries)
  const held = allEntries(core.outbox.entries)
  const own = behind(Math.max(event.after, old.at(-1)?.order ?? 0), held)
  const outbox = old.length === 0 && own === held ? core.outbox : outboxWith(core.outbox, [...old, ...own])
  // A sync was quicker than the disk: what it brought is newer.
  if (room === null || core.cursor > 0) return outbox === core.outbox ? core : amended(core, { outbox })
  return amended(core, {
    outbox,
    cursor: room.cursor,
    known: Math.max(core.known, room.cursor),
    shelved: room.ranges,
    lastSeq: Math.max(core.lastSeq, room.lastSeq),
    // Kept with the rows, or newer than they are.
    previewRev: Math.max(core.previewRev, room.cursor),
    lastReadSeq: Math.max(core.lastReadSeq, room.lastReadSeq),
    floorSeq: Math.max(core.floorSeq, room.floorSeq),
    draft: core.draft === '' ? room.draft : core.draft,
    usedAt: Math.max(core.usedAt, room.usedAt),
  })
}

/**
 * What a tab that has died left joins what waits here, each in the place of the moment at which it was done: an earlier
 * life of that tab may have left here what must go before it (I9).
 */
export function onTakenOver(core: RoomCore, left: readonly Entry[]): RoomCore {
  const old = undone(core, left)
  if (old.length === 0) return core
  const entries = inOrder([...allEntries(core.outbox.entries), ...old])
  return amended(core, { outbox: outboxWith(core.outbox, entries) })
}

/** Of what was left, what is still to be done. */
function undone(core: RoomCore, left: readonly Entry[]): readonly Entry[] {
  // A disk that is reopened may still have what this run has settled: it is not done twice (I8).
  const confirmed = left.length > 0 ? confirmedIn(core) : new Map<string, MessageId>()
  const held = allEntries(core.outbox.entries)
  const known = new Set<string>([
    ...held.map((entry) => entry.id),
    ...core.outbox.outcomes.map(({ id }) => id),
    ...confirmed.keys(),
  ])
  const open = left.filter((entry) => !known.has(entry.id)).map((entry) => found(entry, confirmed))
  const sends = new Set<string>([...held, ...open].map((entry) => entry.id))
  return open.filter((entry) => !isOrphan(entry, sends)).map(afterRestart)
}

/** What waits for a send that is confirmed here already waits for nothing: it is about that message. */
function found(entry: Entry, confirmed: ReadonlyMap<string, MessageId>): Entry {
  const subject = subjectOf(entry)
  const id = subject !== null && 'clientId' in subject ? confirmed.get(subject.clientId) : undefined
  return id === undefined ? entry : aimed(entry, { id })
}

/** Two tabs may have done something in the same millisecond; in one outbox each has its own place. */
function inOrder(entries: readonly Entry[]): readonly Entry[] {
  let last = 0
  return [...entries]
    .sort((a, b) => a.order - b.order)
    .map((entry) => {
      last = Math.max(entry.order, last + 1)
      return entry.order === last ? entry : { ...entry, order: last }
    })
}

/** Own sends that are known as confirmed: the tab that sent them died before it could take them off the disk. */
function confirmedIn(core: RoomCore): Map<string, MessageId> {
  const rows = rangesOf(core.timeline).flatMap((range) => rowsIn(core.timeline, range))
  const ended = core.outbox.outcomes.flatMap(({ outcome }) => outcome.row ?? [])
  return new Map(
    [...rows, ...core.afloat, ...ended].flatMap((row) =>
      row.senderId === core.me && row.clientId ? [[row.clientId, row.id] as const] : [],
    ),
  )
}

/** What was done since the start comes after all of it (I9), whatever the clocks of the two sessions say. */
function behind(last: number, entries: readonly Entry[]): readonly Entry[] {
  if ((entries[0]?.order ?? last + 1) > last) return entries
  return entries.map((entry, i) => ({ ...entry, order: last + 1 + i }))
}

/** About a message of the outbox that is not in it: nothing to wait for would ever come. */
const isOrphan = (entry: Entry, sends: ReadonlySet<string>): boolean =>
  isTargeted(entry) && 'clientId' in entry.target && !sends.has(entry.target.clientId)

/** What may have been emitted counts as emitted: it goes out again under the same id, and is not changed any more (I4). */
function afterRestart(entry: Entry): Entry {
  const state = entry.state.at === 'failed' ? entry.state : READY
  // What was refused for good the server does not have: it can still be changed, cancelled and sent again.
  const attempts = state.at === 'failed' ? entry.attempts : entry.maybe ? Math.max(1, entry.attempts) : 0
  const next = { ...entry, state, attempts }
  // Its debounce is long over, and the moment was one of a clock that may have been set since.
  return next.kind === 'read' ? { ...next, dueAt: 0 } : next
}

/**
 * Another tab kept the rows until now, and this one does from here on. Rows in memory win; of the disk's only what is as of
 * the same cursor can stand beside them (I5). A room without rows in memory goes on from what is on disk.
 */
export function onKeeping(core: RoomCore, disk: Restored | null): RoomCore {
  const kept: RoomCore = amended(core, { keeps: true, shelved: [] })
  if (disk === null || core.removed !== null || core.foreign) return kept
  if (core.tail !== null)
    return disk.cursor === core.cursor
      ? rangesOf(core.timeline).reduce(discardEvicted, amended(kept, { shelved: disk.ranges }))
      : kept
  if (disk.cursor < core.cursor) return kept
  // Nobody wrote since it was read here: what is asked of it just now stands.
  if (disk.cursor === core.cursor && isSame(disk.ranges, core.shelved)) return amended(core, { keeps: true })
  // What was asked for with the old cursor cannot be told from what is new to this one.
  const request = null
  const { cursor, ranges } = disk
  const known = Math.max(core.known, cursor)
  return amended(kept, { cursor, known, shelved: ranges, request, membersKnown: false })
}

const isSame = (a: readonly Range[], b: readonly Range[]): boolean =>
  a.length === b.length && a.every(({ from, to }, i) => b[i]?.from === from && b[i]?.to === to)

/** Another user, or the end of the session: nothing of the room is left in memory but the entries to be kept. */
export function onWiped(core: RoomCore, keep: (id: string) => boolean): RoomCore {
  const { id, line, windowSize, durable, keeps, opened, requests } = core
  const entries = allEntries(core.outbox.entries).filter((entry) => keep(entry.id))
  return amended(newRoom(id, { me: null, line, windowSize, durable, keeps }), {
    opened,
    outbox: outboxWith(newOutbox(), entries),
    requests,
  })
}

/** The rows leave memory (I15); figures, outbox and draft stay. With a local store the rows are there still. */
export function onForgotten(core: RoomCore): RoomCore {
  const cursor = core.keeps ? core.cursor : 0
  const shelved = core.keeps ? heldRanges(core) : []
  return amended(core, {
    ...stale(core),
    timeline: emptyTimeline,
    tail: null,
    cursor,
    shelved,
    ahead: new Map(),
    gap: null,
  })
}
