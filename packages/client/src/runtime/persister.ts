import type { Message } from '@roomful/protocol'
import type { Entry } from '../core/outbox/entry'
import { amended, newRoom, type RoomCore } from '../core/room/room-core'
import { CHUNK_SIZE, changedChunks, chunkAt, rangeHolding } from '../core/timeline'
import type { LocalStore, LocalWrite, StoredMeta } from '../ports/local-store'
import type { Cells } from './cells'
import type { RunClock } from './steady-clock'
import { toStored } from './stored-entries'
import { isWorthKeeping, storedRoom } from './stored-rooms'

/** Rows are written this long after they came, with all that came since; the outbox does not wait. */
const WRITE_BEHIND_MS = 250
/** What a room has to write: `live` chunks are read when they are written, the others left memory with these rows. */
type Dirty = { clear: boolean; chunks: Map<number, 'live' | readonly Message[]> }

/** A write, with the entries whose keeping somebody waits for. */
type Composed = { write: LocalWrite; entries: { roomId: string; entry: Entry }[] }

export type Persister = {
  /** Writes go to this user's space from now on. */
  begin(meta: StoredMeta): void
  /** These rooms' records and rows go from the disk. */
  drop(roomIds: readonly string[]): void
  /** Nothing is written until the next `begin`. */
  pause(): void
  /** There is no store to write to: what waits for it goes out from memory. */
  giveUp(): void
  /** Everything is on disk, or has failed. */
  flushed(): Promise<void>
}

/**
 * Writes behind: rows, cursor and ranges of a batch in one write (I16); an entry of the outbox at once, and only when it
 * is kept does it become ready to be emitted (I10). The store is a guarded one: trouble never holds anything up for long,
 * then it goes out from memory, and `storage` says so.
 */
export function createPersister(
  cells: Cells,
  store: LocalStore,
  clock: RunClock,
  keeps: () => boolean = () => true,
): Persister {
  const rooms = new Map<string, Dirty>()
  const puts = new Map<string, { roomId: string; entry: Entry }>()
  const deletes = new Set<string>()
  let meta: StoredMeta | null = null
  let hasNone = false
  let metaDue = false
  let writing: Promise<void> | null = null
  let cancelTimer: (() => void) | null = null

  // What was done before this was loaded.
  for (const { core } of cells.all()) {
    noteRows(newRoom(core.id, core), core)
    noteEntries(newRoom(core.id, core), core)
  }
  cells.watch((before, after, event) => {
    if (event.type === 'wiped') return
    if (event.type === 'restored' || event.type === 'taken-over') {
      // What was left and is not taken in was done before: it goes from the disk too.
      for (const { id } of event.entries) if (!after.entries.some((entry) => entry.id === id)) deletes.add(id)
      if (deletes.size > 0) schedule()
      // What was here before and has been moved for them is kept in its new place.
      const held = new Set<string>(before.entries.map(({ id }) => id))
      const own = after.entries.filter(({ id }) => held.has(id))
      if (noteEntries(before, amended(after, { entries: own }))) queueMicrotask(write)
      return
    }
    if (event.type === 'keeping') noteAll(after)
    else if (isWorthKeeping(before, after)) noteRows(before, after)
    const urgent = before.entries !== after.entries && noteEntries(before, after)
    // What is taken back would be sent after all by whoever starts after a crash.
    if (urgent || event.type === 'cancelled') queueMicrotask(write)
    else if (rooms.size > 0 || deletes.size > 0) schedule()
  })

  function noteRows(before: RoomCore, after: RoomCore): void {
    const dirty: Dirty = rooms.get(after.id) ?? { clear: false, chunks: new Map() }
    rooms.set(after.id, dirty)
    if (after.removed !== null || (after.foreign && !before.foreign)) {
      dirty.clear = true
      dirty.chunks.clear()
      return
    }
    for (const index of changedChunks(before.timeline, after.timeline)) {
      const isGone = rangeHolding(after.shelved, chunkStart(after, index)) !== undefined
      if (!isGone) dirty.chunks.set(index, 'live')
      // It left memory for the shelf: what was not written yet is written from here.
      else if (dirty.chunks.has(index)) dirty.chunks.set(index, chunkAt(before.timeline, index))
    }
  }

  /** Another tab kept the rows until now: whatever is in memory may differ. What cannot be used of the disk's goes. */
  function noteAll(core: RoomCore): void {
    metaDue = true
    if (core.tail === null && core.shelved.length > 0) return
    noteRows(newRoom(core.id, core), core)
    const dirty = rooms.get(core.id)
    if (dirty && core.shelved.length === 0) dirty.clear = true
  }

  /** Answers whether it is urgent: something waits for its write, or was refused and must not go out after a crash. */
  function noteEntries(before: RoomCore, after: RoomCore): boolean {
    let urgent = false
    const held = new Map<string, Entry>(before.entries.map((entry) => [entry.id, entry]))
    for (const entry of after.entries) {
      const old = held.get(entry.id)
      held.delete(entry.id)
      if (old && isSameOnDisk(old, entry)) continue
      puts.set(entry.id, { roomId: after.id, entry })
      deletes.delete(entry.id)
      urgent ||= entry.state.at === 'storing' || entry.state.at === 'failed'
    }
    for (const id of held.keys()) {
      puts.delete(id)
      deletes.add(id)
    }
    return urgent
  }

  function schedule(): void {
    cancelTimer ??= clock.setTimer(WRITE_BEHIND_MS, () => {
      cancelTimer = null
      write()
    })
  }

  /** One write at a time; the next carries all that gathered meanwhile. */
  function write(): void {
    if (hasNone) release()
    if (hasNone || writing !== null || meta === null) return
    if (rooms.size + puts.size + deletes.size === 0 && !(metaDue && keeps())) return
    cancelTimer?.()
    cancelTimer = null
    const composed = compose(meta)
    // A write that rejects waits in the guarded store, or nothing can be kept: either way nobody waits for it here.
    writing = store.write(composed.write).then(
      () => done(composed),
      () => done(composed),
    )
  }

  function release(): void {
    const waiting = [...puts.values()]
    rooms.clear()
    puts.clear()
    deletes.clear()
    cells.local(() => {
      for (const { roomId, entry } of waiting) cells.dispatch(roomId, { type: 'stored', ids: [entry.id] })
    })
  }

  function done({ entries }: Composed): void {
    writing = null
    cells.local(() => {
      // Changed since: its own write is yet to come.
      for (const { roomId, entry } of entries)
        if (cells.room(roomId).core.entries.includes(entry))
          cells.dispatch(roomId, { type: 'stored', ids: [entry.id] })
    })
    write()
  }

  function compose(stored: StoredMeta): Composed {
    const entries = [...puts.values()]
    const clearRooms: string[] = []
    const chunks: NonNullable<LocalWrite['chunks']>[number][] = []
    const kept = [...rooms].flatMap(([roomId, dirty]) => {
      const { core } = cells.room(roomId)
      if (dirty.clear) clearRooms.push(roomId)
      for (const [index, rows] of dirty.chunks)
        chunks.push({ roomId, index, messages: rows === 'live' ? chunkAt(core.timeline, index) : rows })
      return storedRoom(core) ?? []
    })
    // Another tab keeps the rows; it is told of all that it misses should it ever be this one (see noteAll).
    const rows = keeps() ? { ...(metaDue ? { meta: stored } : {}), rooms: kept, chunks, clearRooms } : {}
    const composed: Composed = {
      entries,
      write: {
        ...rows,
        putEntries: entries.map(({ roomId, entry }) => toStored(roomId, entry, clock)),
        deleteEntries: [...deletes],
      },
    }
    if (keeps()) metaDue = false
    rooms.clear()
    puts.clear()
    deletes.clear()
    return composed
  }

  /** The room's record and rows go from the disk with the next write. */
  function drop(roomId: string): void {
    rooms.set(roomId, { clear: true, chunks: new Map() })
  }

  return {
    drop: (roomIds) => {
      for (const roomId of roomIds) drop(roomId)
      schedule()
    },
    begin: (next) => {
      const { id, name } = next.user
      metaDue ||= meta?.user.id !== id || meta.user.name !== name || meta.epoch !== next.epoch
      // Rows of the old history under the new one's name would be taken for the new one's after a crash (I16).
      if (meta !== null && meta.epoch !== next.epoch) for (const { core } of cells.all()) drop(core.id)
      meta = next
      hasNone = false
      // What was done while there was no space to write to is kept from here on (I10).
      for (const { core } of cells.all()) noteEntries(newRoom(core.id, core), core)
      write()
    },
    giveUp: () => {
      hasNone = true
      write()
    },
    pause: () => {
      meta = null
      rooms.clear()
      puts.clear()
      deletes.clear()
      cancelTimer?.()
      cancelTimer = null
    },
    flushed: async () => {
      write()
      while (writing !== null) await writing
    },
  }
}

/** Ready or in flight, for the first time or the tenth: after a crash it is all one, because `maybe` was told before. */
function isSameOnDisk(a: Entry, b: Entry): boolean {
  if (a === b) return true
  if (b.state.at === 'storing' || b.state.at === 'failed' || a.state.at === 'failed') return false
  return Object.entries(b).every(
    ([key, value]) => key === 'state' || key === 'attempts' || a[key as keyof Entry] === value,
  )
}

/** A seq by which to ask whether the chunk is on the shelf: it is there whole or not at all. */
function chunkStart(core: RoomCore, index: number): number {
  const from = index * CHUNK_SIZE
  const held = core.shelved.find((range) => range.to >= from && range.from < from + CHUNK_SIZE)
  return held ? Math.max(held.from, from) : from
}
