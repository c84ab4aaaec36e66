import type { Message } from '@roomful/protocol'
import type { Entry } from '../model/outbox/entry'
import { changedEntries } from '../model/outbox/entry-list'
import { entryOf } from '../model/outbox/outbox'
import type { RoomEvent } from '../model/room/room-event'
import { newRoom, type RoomModel } from '../model/room/room-model'
import { CHUNK_SIZE, changedChunks, chunkAt, rangeHolding } from '../model/rows/timeline'
import { isWorthKeeping } from './stored-rooms'

/** Some 10 MB. Rows that left memory before they were written wait here; beyond, they can be loaded again. */
const MOST_EVICTED_ROWS = 20_000

/**
 * The parts of a room to be written: its record, and these chunks. `live` rows are read from the room when the disk is
 * ready; the others left memory before, and are kept here. `clear`: everything that the disk has of the room is deleted
 * first.
 */
export type DirtyRoom = { readonly clear: boolean; readonly chunks: Map<number, 'live' | readonly Message[]> }

/** An entry as it is now, or null once it is gone from the outbox. */
export type DirtyEntry = { readonly roomId: string; readonly entry: Entry | null }

/** What the disk lacks. */
export type Dirt = {
  readonly rooms: Map<string, DirtyRoom>
  readonly entries: Map<string, DirtyEntry>
  /** Entries whose emit waits for the disk, by their room. */
  readonly awaited: Map<string, string>
}

/** When a change has to be written: `now` if an emit waits for it, or if a crash would undo it. */
export type Urgency = 'now' | 'later' | 'never'

export const noDirt = (): Dirt => ({
  rooms: new Map(),
  entries: new Map(),
  awaited: new Map(),
})

export const isClean = ({ rooms, entries }: Dirt): boolean => rooms.size + entries.size === 0

export function noteEvent(dirt: Dirt, before: RoomModel, after: RoomModel, event: RoomEvent): Urgency {
  if (event.type === 'wiped') return 'never'
  if (event.type === 'restored' || event.type === 'entries-adopted') {
    // What the disk has and this room does not take in was done before: it goes from the disk too.
    for (const { id } of event.entries)
      if (entryOf(after.outbox, id) === undefined) dirt.entries.set(id, { roomId: after.id, entry: null })
    // Of those taken in nothing is new to the disk; own ones that were moved for them are written in their new place.
    const isOwn = ({ id }: Entry): boolean => entryOf(before.outbox, id) !== undefined
    if (noteEntries(dirt, before, after, isOwn)) return 'now'
    return dirt.entries.size > 0 ? 'later' : 'never'
  }
  if (event.type === 'became-writer') noteAll(dirt, after)
  else if (isWorthKeeping(before, after)) noteRows(dirt, before, after)
  const isUrgent = noteEntries(dirt, before, after)
  // A cancelled message would be sent after a crash, and a draft would lack what was typed before a reload.
  if (isUrgent || event.type === 'cancelled' || event.type === 'draft') return 'now'
  return isClean(dirt) ? 'never' : 'later'
}

/** All that the room has in memory. */
export function noteRoom(dirt: Dirt, model: RoomModel): void {
  noteRows(dirt, newRoom(model.id, model), model)
  noteOutbox(dirt, model)
}

/** All unsent entries of the room. */
export function noteOutbox(dirt: Dirt, model: RoomModel): void {
  noteEntries(dirt, newRoom(model.id, model), model)
}

/** The room's record and rows go from the disk with the next write. */
export function noteDropped(dirt: Dirt, roomId: string): void {
  dirt.rooms.set(roomId, { clear: true, chunks: new Map() })
}

/** Puts back what a write that failed had taken: what was noted since is newer. */
export function putBack(dirt: Dirt, taken: Dirt): void {
  for (const [id, entry] of taken.entries) if (!dirt.entries.has(id)) dirt.entries.set(id, entry)
  for (const [id, room] of taken.rooms) {
    const since = dirt.rooms.get(id)
    if (since === undefined) dirt.rooms.set(id, room)
    else if (!since.clear)
      dirt.rooms.set(id, { clear: room.clear, chunks: new Map([...room.chunks, ...since.chunks]) })
  }
  boundEvicted(dirt)
}

function noteRows(dirt: Dirt, before: RoomModel, after: RoomModel): void {
  if (after.listing.removed !== null || (after.rows.fromOldEpoch && !before.rows.fromOldEpoch)) {
    noteDropped(dirt, after.id)
    return
  }
  const room: DirtyRoom = dirt.rooms.get(after.id) ?? { clear: false, chunks: new Map() }
  dirt.rooms.set(after.id, room)
  let hasEvicted = false
  for (const index of changedChunks(before.rows.timeline, after.rows.timeline)) {
    const isGone = rangeHolding(after.rows.evicted, chunkStart(after, index)) !== undefined
    if (!isGone) room.chunks.set(index, 'live')
    // It left memory and counts as stored: rows that were not written yet are kept here until they are.
    else if (room.chunks.has(index)) {
      room.chunks.set(index, chunkAt(before.rows.timeline, index))
      hasEvicted = true
    }
  }
  if (hasEvicted) boundEvicted(dirt)
}

/** Another tab wrote the rows until now: everything in memory may differ from the disk, and replaces it. */
function noteAll(dirt: Dirt, model: RoomModel): void {
  if (model.rows.tail === null && model.rows.evicted.length > 0) return
  noteRows(dirt, newRoom(model.id, model), model)
  const room = dirt.rooms.get(model.id)
  if (room && model.rows.evicted.length === 0) dirt.rooms.set(model.id, { ...room, clear: true })
}

/** Answers whether it is urgent: something waits for its write, or was refused and must not go out after a crash. */
function noteEntries(dirt: Dirt, before: RoomModel, after: RoomModel, isNoted = (_: Entry) => true): boolean {
  const { old, put } = changedEntries(before.outbox.entries, after.outbox.entries)
  let isUrgent = false
  const held = new Map<string, Entry>(old.map((entry) => [entry.id, entry]))
  for (const entry of put) {
    const last = held.get(entry.id)
    held.delete(entry.id)
    if ((last && isSameOnDisk(last, entry)) || !isNoted(entry)) continue
    dirt.entries.set(entry.id, { roomId: after.id, entry })
    if (entry.state.at === 'storing') dirt.awaited.set(entry.id, after.id)
    isUrgent ||= entry.state.at === 'storing' || entry.state.at === 'failed'
  }
  for (const id of held.keys()) dirt.entries.set(id, { roomId: after.id, entry: null })
  return isUrgent
}

/**
 * Ready or in flight, for the first time or the tenth: after a crash it is all one, because `mayHaveBeenEmitted` was
 * written before.
 */
function isSameOnDisk(a: Entry, b: Entry): boolean {
  if (a === b) return true
  if (b.state.at === 'storing' || b.state.at === 'failed' || a.state.at === 'failed') return false
  return Object.entries(b).every(
    ([key, value]) => key === 'state' || key === 'attempts' || a[key as keyof Entry] === value,
  )
}

/** A seq by which to ask whether the chunk is evicted: it is evicted whole or not at all. */
function chunkStart(model: RoomModel, index: number): number {
  const from = index * CHUNK_SIZE
  const held = model.rows.evicted.find((range) => range.to >= from && range.from < from + CHUNK_SIZE)
  return held ? Math.max(held.from, from) : from
}

/** The chunks themselves go from the disk then: older rows there would be stale, a missing chunk is only a hole. */
function boundEvicted({ rooms }: Dirt): void {
  let rows = 0
  for (const { chunks } of rooms.values())
    for (const chunk of chunks.values()) if (chunk !== 'live') rows += chunk.length
  if (rows <= MOST_EVICTED_ROWS) return
  for (const { chunks } of rooms.values())
    for (const [index, chunk] of chunks) if (chunk !== 'live') chunks.set(index, [])
}
