import {
  type LocalSnapshot,
  type LocalStore,
  LocalStoreError,
  type LocalWrite,
  type StoredEntry,
  type StoredMeta,
  type StoredRoom,
} from '@roomful/client'
import type { Message } from '@roomful/protocol'
import type { WorldContext } from './context'
import type { Random } from './random'

/** What is kept is text, as on a disk; it is read again only when a program starts or looks for it. */
type Space = {
  meta: Text<StoredMeta> | null
  rooms: Map<string, Text<StoredRoom>>
  chunks: Map<string, Map<number, Text<readonly Message[]>>>
  entries: Map<string, Text<StoredEntry>>
  /** Every entry that ever was there. */
  written: Set<string>
}
declare const VALUE: unique symbol
type Text<T> = string & { readonly [VALUE]?: T }

/** A local write that is well takes so long. */
const WRITE_MS = 1

/**
 * A device's disk: it outlives the program, keeps a prefix of what was written when that crashes, and may fail, fill
 * up, stall, or close under it. Everything goes through JSON, as on a disk.
 */
export class Disk {
  isFull = false
  stalledUntil = 0
  readonly spaces = new Map<string, Space>()
  readonly #lastUsers = new Map<string, string>()
  /** Spaces that were deleted, and the entries that were there once: other programs may have them open still. */
  readonly #deleted = new Set<Space>()
  readonly #deletedEntries = new Set<string>()
  #handles = 0

  constructor(
    private readonly context: WorldContext,
    private readonly random: Random,
    private readonly name: string,
  ) {}

  /** What a program that starts gets. */
  open(): DiskHandle {
    return new DiskHandle(this, this.context, this.random, `${this.name}/${++this.#handles}`)
  }

  spaceFor(url: string, userId: string | null): { key: string; space: Space } | undefined {
    const id = userId ?? this.#lastUsers.get(url)
    if (id === undefined) return undefined
    this.#lastUsers.set(url, id)
    const key = `${url} ${id}`
    const space = this.spaces.get(key) ?? {
      meta: null,
      rooms: new Map(),
      chunks: new Map(),
      entries: new Map(),
      written: new Set(),
    }
    this.spaces.set(key, space)
    return { key, space }
  }

  wipe(url: string, key: string): void {
    const space = this.spaces.get(key)
    if (space !== undefined) this.#deleted.add(space)
    for (const id of space?.written ?? []) this.#deletedEntries.add(id)
    this.spaces.delete(key)
    this.#lastUsers.delete(url)
  }

  /** Would this be sent after a crash now? What is kept as refused is not. */
  wouldSend(clientId: string): boolean {
    for (const space of this.spaces.values()) {
      const entry = space.entries.get(clientId)
      if (entry !== undefined && !entry.includes('"at":"failed"')) return true
    }
    return false
  }

  /** The outbox of all spaces: what would be sent after a crash now. */
  hasEntry(clientId: string): boolean {
    for (const space of this.spaces.values()) if (space.entries.has(clientId)) return true
    return false
  }

  /** Was this in an outbox once, even if it has its outcome by now? */
  hadEntry(clientId: string): boolean {
    for (const space of this.spaces.values()) if (space.written.has(clientId)) return true
    return this.wasDeleted(clientId)
  }

  /** Was it taken from here by a sign-out, of another tab it may be? */
  wasDeleted(clientId: string): boolean {
    return this.#deletedEntries.has(clientId)
  }

  isDeleted(space: Space): boolean {
    return this.#deleted.has(space)
  }
}

type Job = {
  readonly work: () => unknown
  readonly isWrite: boolean
  settle(error: unknown, value: unknown): void
}

/** One program's access to the disk. Its calls are done one after the other. */
export class DiskHandle implements LocalStore {
  readonly kind = 'indexeddb' as const
  #space: Space | null = null
  #key = ''
  #url = ''
  #jobs: Job[] = []
  #busy = false
  #state: 'fine' | 'closed' | 'dead' = 'fine'

  constructor(
    private readonly disk: Disk,
    private readonly context: WorldContext,
    private readonly random: Random,
    private readonly label: string,
  ) {}

  /** Something was asked of it that it has not answered. */
  get isBusy(): boolean {
    return this.#busy
  }

  open({ url, userId }: { url: string; userId: string | null }): Promise<LocalSnapshot> {
    return this.#run(false, () => {
      const found = this.disk.spaceFor(url, userId)
      this.#space = found?.space ?? null
      this.#key = found?.key ?? ''
      this.#url = url
      if (!this.#space) return { meta: null, rooms: [], entries: [] }
      const { meta, rooms, entries } = this.#space
      const inOrder = [...entries.values()].map(read).sort((a, b) => a.order - b.order)
      return {
        meta: meta === null ? null : read(meta),
        rooms: [...rooms.values()].map(read),
        entries: inOrder,
      }
    })
  }

  readChunks(roomId: string, indexes: readonly number[]) {
    return this.#run(false, () => {
      const chunks = this.#opened().chunks.get(roomId)
      return indexes.flatMap((index) => {
        const messages = chunks?.get(index)
        return messages === undefined ? [] : [{ index, messages: read(messages) }]
      })
    })
  }

  write(write: LocalWrite): Promise<void> {
    const keep = applying(write)
    const isMore = grows(write)
    const outline = this.context.trace.isOn ? outlineOf(write) : ''
    return this.#run(true, () => {
      const space = this.#opened()
      if (this.disk.isFull && isMore) throw error('quota')
      this.context.trace.note(() => `${this.label} keeps ${outline}`)
      keep(space)
    })
  }

  wipe(): Promise<void> {
    return this.#run(false, () => {
      this.#opened()
      this.disk.wipe(this.#url, this.#key)
      this.#space = null
    })
  }

  close(): Promise<void> {
    return this.#run(false, () => {
      this.#space = null
    })
  }

  /** The browser closes the handle under the program: what it does next fails, and the store opens another. */
  lose(): void {
    if (this.#state === 'fine') this.#state = 'closed'
  }

  /** The program dies: of what was under way a prefix is kept, and nobody hears of it. */
  crash(): void {
    const writes = this.#jobs.filter((job) => job.isWrite)
    for (const job of writes.slice(0, this.random.int(writes.length + 1))) {
      try {
        job.work()
      } catch {
        // A full disk keeps none of what is left.
        break
      }
    }
    this.#state = 'dead'
    this.#jobs = []
  }

  #opened(): Space {
    if (this.#space === null) throw error('unavailable')
    // As in a browser: another tab has deleted the database, and this one's handle was closed for it.
    if (this.disk.isDeleted(this.#space)) throw error('deleted')
    return this.#space
  }

  #run<T>(isWrite: boolean, work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      // A dead program's promises never settle.
      if (this.#state === 'dead') return
      this.#jobs.push({
        work,
        isWrite,
        settle: (failure, value) => (failure === null ? resolve(value as T) : reject(failure)),
      })
      this.#next()
    })
  }

  #next(): void {
    const job = this.#jobs[0]
    if (this.#busy || job === undefined) return
    this.#busy = true
    const { rates, time } = this.context
    const slow = this.random.chance(rates.diskSlow) ? this.random.next() * rates.diskSlowMs : 0
    const ms = Math.max(WRITE_MS + slow, this.disk.stalledUntil - time.now)
    time.schedule(ms, this.label, () => {
      this.#busy = false
      if (this.#state === 'dead') return
      this.#jobs.shift()
      this.#do(job)
      this.#next()
    })
  }

  #do(job: Job): void {
    const { diskFail, diskFailAfter } = this.context.rates
    try {
      if (this.#state === 'closed') {
        this.#state = 'fine'
        throw error('lost')
      }
      if (this.random.chance(diskFail)) throw error('timeout')
      const value = job.work()
      if (job.isWrite && this.random.chance(diskFailAfter)) throw error('timeout')
      job.settle(null, value)
    } catch (failure) {
      this.context.trace.note(
        () => `${this.label} fails: ${failure instanceof Error ? failure.message : failure}`,
      )
      job.settle(failure, undefined)
    }
  }
}

const error = (reason: LocalStoreError['reason']): LocalStoreError =>
  new LocalStoreError(reason, `the disk: ${reason}`)

const textOf = <T>(value: T): Text<T> => JSON.stringify(value)

const read = <T>(text: Text<T>): T => JSON.parse(text)

const grows = (write: LocalWrite): boolean =>
  (write.putEntries?.length ?? 0) + (write.rooms?.length ?? 0) + (write.chunks?.length ?? 0) > 0

/** What a write is about, for a trace. */
function outlineOf({ rooms, chunks, putEntries, deleteEntries, clearRooms }: LocalWrite): string {
  const puts = putEntries?.map(({ clientId }) => clientId)
  const parts = { rooms: rooms?.map(({ roomId, cursor }) => `${roomId}@${cursor}`), chunks: chunks?.length }
  return JSON.stringify({ ...parts, puts, deletes: deleteEntries, clears: clearRooms })
}

/** Takes down what is to be kept as it is now, and answers what keeps it. */
function applying({
  meta,
  clearRooms,
  rooms,
  chunks,
  putEntries,
  deleteEntries,
}: LocalWrite): (space: Space) => void {
  const metaText = meta ? textOf(meta) : null
  const [cleared, deleted] = [[...(clearRooms ?? [])], [...(deleteEntries ?? [])]]
  const roomTexts = rooms?.map((room) => [room.roomId, textOf(room)] as const) ?? []
  const chunkTexts =
    chunks?.map(({ messages, ...at }) => ({ ...at, text: messages.length > 0 ? textOf(messages) : null })) ??
    []
  const entryTexts = putEntries?.map((entry) => [entry.clientId, textOf(entry)] as const) ?? []
  return (space) => {
    if (metaText !== null) space.meta = metaText
    for (const roomId of cleared) {
      space.rooms.delete(roomId)
      space.chunks.delete(roomId)
    }
    for (const [roomId, text] of roomTexts) space.rooms.set(roomId, text)
    for (const { roomId, index, text } of chunkTexts) {
      const kept = space.chunks.get(roomId) ?? new Map<number, Text<readonly Message[]>>()
      space.chunks.set(roomId, kept)
      if (text !== null) kept.set(index, text)
      else kept.delete(index)
    }
    for (const [clientId, text] of entryTexts) {
      space.entries.set(clientId, text)
      space.written.add(clientId)
    }
    for (const clientId of deleted) space.entries.delete(clientId)
  }
}
