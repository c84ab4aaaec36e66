import type { MessageId } from '@roomful/protocol'
import { aimed, type Entry, isTargeted, isUploading, READY, STORING, subjectOf } from '../outbox/entry'
import { allEntries } from '../outbox/entry-list'
import { outboxWith } from '../outbox/outbox'
import { unsynced } from '../room-list/preview'
import { discardEvicted, heldRanges } from '../rows/evicted-ranges'
import { emptyTimeline, type Range, rangesOf, rowsIn } from '../rows/timeline'
import type { Restored, RoomEvent } from './room-event'
import { newRoom, type RoomModel } from './room-model'

/** What the last run left. Rows stay on disk until they are viewed; what was done since the start goes behind. */
export function onRestored(model: RoomModel, event: Extract<RoomEvent, { type: 'restored' }>): RoomModel {
  const { room } = event
  const old = undone(model, event.entries)
  const held = allEntries(model.outbox.entries)
  const own = behind(Math.max(event.after, old.at(-1)?.order ?? 0), held)
  const isSame = old.length === 0 && own === held
  const next = isSame ? model : { ...model, outbox: outboxWith(model.outbox, inOrder([...old, ...own])) }
  const { sync, listing } = next
  if (room === null) return next
  const all = continued(next, room)
  // The sync was faster than the disk, and its rows are newer; below 0 they count for nothing. A draft is there alone.
  if (sync.cursor > 0 || room.cursor < 0) return { ...next, view: all.view }
  // Kept with the rows, or newer than they are.
  const previewRev = Math.max(listing.previewRev, room.cursor)
  return { ...all, listing: { ...listing, previewRev } }
}

/** The room goes on from the disk: its cursor and ranges, and of the rest whichever is newer, there or here. */
function continued(model: RoomModel, disk: Restored): RoomModel {
  const { rows, sync, unread, view } = model
  const { cursor, ranges, lastSeq, floorSeq, pins = rows.pins, lastReadSeq, draft, usedAt } = disk
  return {
    ...model,
    rows: {
      ...rows,
      pins,
      evicted: ranges,
      lastSeq: Math.max(rows.lastSeq, lastSeq),
      floorSeq: Math.max(rows.floorSeq, floorSeq),
    },
    sync: { ...sync, cursor, highestSeenRev: Math.max(sync.highestSeenRev, cursor) },
    unread: { ...unread, lastReadSeq: Math.max(unread.lastReadSeq, lastReadSeq) },
    view: { ...view, draft: view.draft || draft, usedAt: Math.max(view.usedAt, usedAt) },
  }
}

/**
 * What a tab that has died left joins what waits here, each in the place of the moment at which it was done: an earlier
 * life of that tab may have left here what must go before it (I9).
 */
export function onEntriesAdopted(model: RoomModel, left: readonly Entry[]): RoomModel {
  const old = undone(model, left)
  if (old.length === 0) return model
  const entries = inOrder([...allEntries(model.outbox.entries), ...old])
  return { ...model, outbox: outboxWith(model.outbox, entries) }
}

/** Of what was left, what is still to be done. */
function undone(model: RoomModel, left: readonly Entry[]): readonly Entry[] {
  // A disk that is reopened may still have entries that this run has confirmed: they are not sent twice (I8).
  const confirmed = left.length > 0 ? confirmedIn(model) : new Map<string, MessageId>()
  const held = allEntries(model.outbox.entries)
  const known = new Set<string>([
    ...held.map((entry) => entry.id),
    ...model.outbox.outcomes.map(({ id }) => id),
    ...confirmed.keys(),
  ])
  const open = left.filter((entry) => !known.has(entry.id)).map((entry) => found(entry, confirmed))
  const sends = new Set<string>([...held, ...open].map((entry) => entry.id))
  return open.filter((entry) => !isOrphan(entry, sends)).map(afterRestart)
}

/** A change of a send that is already confirmed here waits for nothing: it applies to that message. */
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
function confirmedIn({ rows, outbox, me }: RoomModel): Map<string, MessageId> {
  const held = rangesOf(rows.timeline).flatMap((range) => rowsIn(rows.timeline, range))
  const ended = outbox.outcomes.flatMap(({ outcome }) => outcome.row ?? [])
  return new Map(
    [...held, ...rows.pastTail, ...ended].flatMap((row) =>
      row.senderId === me && row.clientId ? [[row.clientId, row.id] as const] : [],
    ),
  )
}

/** What was done since the start comes after all of it (I9), even if the clocks of the two runs disagree. */
function behind(last: number, entries: readonly Entry[]): readonly Entry[] {
  if ((entries[0]?.order ?? last + 1) > last) return entries
  return entries.map((entry, i) => ({ ...entry, order: last + 1 + i }))
}

/** About a message of the outbox that is not in it: nothing to wait for would ever come. */
const isOrphan = (entry: Entry, sends: ReadonlySet<string>): boolean =>
  isTargeted(entry) && 'clientId' in entry.target && !sends.has(entry.target.clientId)

/** What may have been emitted counts as emitted: it goes out again under the same id, and is not changed any more (I4). */
function afterRestart(entry: Entry): Entry {
  // What was refused for good the server does not have: it can still be changed, cancelled and sent again.
  const next =
    entry.state.at === 'failed'
      ? entry
      : { ...entry, state: READY, attempts: mayBeThere(entry) ? Math.max(1, entry.attempts) : 0 }
  // Its debounce is long over, and the moment was one of a clock that may have been set since.
  return next.kind === 'read' ? { ...next, dueAt: 0 } : next
}

/** A message whose file is not uploaded never left: the one with the file is on the disk before. */
const mayBeThere = (entry: Entry): boolean => entry.mayHaveBeenEmitted && !isUploading(entry)

/**
 * Another tab wrote the rows until now, and this one does from here on. Rows in memory win; of the disk's rows only
 * those as of the same cursor can stay beside them (I5). A room without rows in memory continues from the disk.
 */
export function onBecameWriter(model: RoomModel, disk: Restored | null): RoomModel {
  const { rows, sync, people } = model
  const view = { ...model.view, draft: disk?.draft ?? model.view.draft }
  const kept: RoomModel = { ...model, view, writesRows: true, rows: { ...rows, evicted: [] } }
  if (disk === null || model.listing.removed !== null || rows.fromOldEpoch) return kept
  const { cursor, ranges } = disk
  if (rows.tail !== null) {
    if (cursor !== sync.cursor) return kept
    const evicted = { ...rows, evicted: ranges }
    return { ...kept, rows: rangesOf(rows.timeline).reduce(discardEvicted, evicted) }
  }
  if (cursor < sync.cursor) return kept
  // Nothing was written since it was read here: current requests stay valid.
  if (cursor === sync.cursor && isSame(ranges, rows.evicted)) return { ...model, view, writesRows: true }
  // What was asked for with the old cursor cannot be kept apart from what is new to this one.
  const anew = { ...kept, sync: { ...sync, request: null }, people: { ...people, membersKnown: false } }
  return continued(anew, disk)
}

const isSame = (a: readonly Range[], b: readonly Range[]): boolean =>
  a.length === b.length && a.every(({ from, to }, i) => b[i]?.from === from && b[i]?.to === to)

/** Another tab writes the rows from now on. */
export const onLostWriter = (model: RoomModel): RoomModel =>
  model.writesRows ? { ...model, writesRows: false, rows: { ...model.rows, evicted: [] } } : model

/** Another user, or a sign-out: nothing is left in memory but the entries to be kept, and the draft if `keep('')`. */
export function onWiped(model: RoomModel, keep: (id: string) => boolean): RoomModel {
  const { id, hasStore, view } = model
  // They are stored anew, in another space, before they go out (I10).
  const entries = allEntries(model.outbox.entries)
    .filter((entry) => keep(entry.id))
    .map((entry) => (hasStore && entry.state.at === 'ready' ? { ...entry, state: STORING } : entry))
  const empty = newRoom(id, { ...model, me: null, myName: '' })
  return {
    ...empty,
    growing: model.growing,
    outbox: outboxWith(empty.outbox, entries),
    sync: { ...empty.sync, lastRequestNo: model.sync.lastRequestNo },
    view: { ...empty.view, opened: view.opened, draft: keep('') ? view.draft : '' },
  }
}

/** The rows leave memory (I15); counts, outbox and draft stay. With a local store the rows are there still. */
export function onForgotten(model: RoomModel): RoomModel {
  const { writesRows } = model
  const next = unsynced(model)
  const { rows, sync } = next
  return {
    ...next,
    rows: { ...rows, timeline: emptyTimeline, tail: null, evicted: writesRows ? heldRanges(rows) : [] },
    sync: { ...sync, cursor: writesRows ? sync.cursor : 0, outOfOrder: new Map(), gap: null },
  }
}
