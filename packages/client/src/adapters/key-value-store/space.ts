import type { Message } from '@roomful/protocol'
import {
  type LocalSnapshot,
  LocalStoreError,
  type LocalWrite,
  type StoredEntry,
  type StoredRoom,
} from '../../ports/local-store'
import { jsonOf } from '../stored-json'
import { isChunk, isStoredEntry } from '../stored-shape'
import { inOrder, withoutRows } from '../stored-space'
import {
  emptyManifest,
  type Manifest,
  manifestText,
  type RoomRecord,
  readManifest,
  readRoom,
  roomText,
} from './manifest'
import { getMany, type KeyValueStorage, parse, removeMany, setMany } from './storage'

/** One user's records, all under one prefix: `manifest`, and `<generation>:<kind>:<name>`. */
export class Space {
  #manifest: Manifest = emptyManifest
  readonly #rooms = new Map<string, RoomRecord>()
  /** Never used twice, not even after a failed write: its records may be there. */
  #generation = 0

  constructor(
    private readonly storage: KeyValueStorage,
    private readonly prefix: string,
  ) {}

  async load(): Promise<LocalSnapshot> {
    const damage: string[] = []
    const text = await this.storage.getItem(this.#manifestKey)
    const manifest = text === null ? emptyManifest : readManifest(parse(text))
    if (manifest === undefined) {
      // Kept aside: with it what is unsent may be found by hand.
      await this.storage.setItem(`${this.prefix}damaged`, text ?? '')
      damage.push('the list of what is stored was unreadable')
    }
    this.#manifest = manifest ?? emptyManifest
    this.#generation = this.#manifest.generation
    const rooms = await this.#loadRooms(damage)
    const entries = await this.#loadEntries(damage)
    if (manifest !== undefined) await this.#cleanUp()
    const { meta } = this.#manifest
    return { meta, rooms, entries, ...(damage.length > 0 && { damage }) }
  }

  async readChunks(
    roomId: string,
    indexes: readonly number[],
  ): Promise<{ index: number; messages: readonly Message[] }[]> {
    const generations = this.#rooms.get(roomId)?.chunks
    const wanted = indexes.flatMap((index) => {
      const generation = generations?.get(index)
      return generation === undefined ? [] : [{ index, key: this.#chunkKey(roomId, index, generation) }]
    })
    const texts = await getMany(
      this.storage,
      wanted.map(({ key }) => key),
    )
    const chunks: { index: number; messages: readonly Message[] }[] = []
    for (const { index, key } of wanted) {
      const messages = parse(texts.get(key))
      if (!isChunk(messages, index)) return await this.#giveUpRoom(roomId)
      chunks.push({ index, messages })
    }
    return chunks
  }

  async write(write: LocalWrite): Promise<void> {
    const generation = ++this.#generation
    const records: [string, string][] = []
    const rooms = new Map(this.#manifest.rooms)
    const entries = new Map(this.#manifest.entries)
    const garbage: string[] = []

    const changed = this.#changedRooms(write, generation, garbage)
    for (const [roomId, record] of changed) {
      const before = rooms.get(roomId)
      if (before !== undefined) garbage.push(this.#roomKey(roomId, before))
      rooms.delete(roomId)
      if (record === null) continue
      rooms.set(roomId, generation)
      records.push([this.#roomKey(roomId, generation), roomText(record)])
    }
    for (const { roomId, index, messages } of write.chunks ?? [])
      if (changed.get(roomId)?.chunks.get(index) === generation)
        records.push([this.#chunkKey(roomId, index, generation), jsonOf(messages)])
    for (const entry of write.putEntries ?? []) {
      const before = entries.get(entry.clientId)
      if (before !== undefined && before !== generation) garbage.push(this.#entryKey(entry.clientId, before))
      entries.set(entry.clientId, generation)
      records.push([this.#entryKey(entry.clientId, generation), jsonOf(entry)])
    }
    for (const clientId of write.deleteEntries ?? []) {
      const before = entries.get(clientId)
      if (before !== undefined) garbage.push(this.#entryKey(clientId, before))
      entries.delete(clientId)
    }

    const meta = write.meta ?? this.#manifest.meta
    const next = { generation, meta, rooms, entries, garbage: [...this.#manifest.garbage, ...garbage] }
    try {
      await setMany(this.storage, records)
      // From here on it counts, all of it.
      await this.storage.setItem(this.#manifestKey, manifestText(next))
    } catch (error) {
      this.#manifest = {
        ...this.#manifest,
        garbage: [...this.#manifest.garbage, ...records.map(([key]) => key)],
      }
      throw error
    }
    this.#manifest = next
    for (const [roomId, record] of changed)
      if (record === null) this.#rooms.delete(roomId)
      else this.#rooms.set(roomId, record)
    await this.#removeGarbage()
  }

  async wipe(): Promise<void> {
    const { rooms, entries, garbage } = this.#manifest
    const all = (await this.#allKeys()) ?? [
      ...[...rooms].map(([roomId, generation]) => this.#roomKey(roomId, generation)),
      ...[...this.#rooms].flatMap(([roomId, { chunks }]) =>
        [...chunks].map(([index, generation]) => this.#chunkKey(roomId, index, generation)),
      ),
      ...[...entries].map(([clientId, generation]) => this.#entryKey(clientId, generation)),
      ...garbage,
      `${this.prefix}damaged`,
    ]
    // The manifest last: as long as it is there, a wipe that was interrupted can be taken up again.
    await removeMany(
      this.storage,
      all.filter((key) => key !== this.#manifestKey),
    )
    await this.storage.removeItem(this.#manifestKey)
  }

  /** The new record of each room that this write touches; null for one that goes. */
  #changedRooms(write: LocalWrite, generation: number, garbage: string[]): Map<string, RoomRecord | null> {
    const changed = new Map<string, RoomRecord | null>()
    const current = (roomId: string): RoomRecord =>
      (changed.has(roomId) ? changed.get(roomId) : this.#rooms.get(roomId)) ?? {
        room: null,
        chunks: new Map(),
      }
    for (const roomId of write.clearRooms ?? []) {
      for (const [index, old] of this.#rooms.get(roomId)?.chunks ?? [])
        garbage.push(this.#chunkKey(roomId, index, old))
      changed.set(roomId, null)
    }
    for (const room of write.rooms ?? []) changed.set(room.roomId, { ...current(room.roomId), room })
    for (const { roomId, index, messages } of write.chunks ?? []) {
      const record = current(roomId)
      const chunks = new Map(record.chunks)
      const old = chunks.get(index)
      if (old !== undefined && old !== generation) garbage.push(this.#chunkKey(roomId, index, old))
      if (messages.length > 0) chunks.set(index, generation)
      else chunks.delete(index)
      changed.set(roomId, { ...record, chunks })
    }
    return changed
  }

  async #loadRooms(damage: string[]): Promise<StoredRoom[]> {
    const keys = [...this.#manifest.rooms].map(
      ([roomId, generation]) => [roomId, this.#roomKey(roomId, generation)] as const,
    )
    const texts = await getMany(
      this.storage,
      keys.map(([, key]) => key),
    )
    for (const [roomId, key] of keys) {
      const record = readRoom(parse(texts.get(key)))
      if (record !== undefined) this.#rooms.set(roomId, record)
      else damage.push(`room ${roomId} was unreadable and is loaded again`)
    }
    return [...this.#rooms.values()].flatMap(({ room }) => (room === null ? [] : [room]))
  }

  async #loadEntries(damage: string[]): Promise<StoredEntry[]> {
    const keys = [...this.#manifest.entries].map(([clientId, generation]) =>
      this.#entryKey(clientId, generation),
    )
    const texts = await getMany(this.storage, keys)
    const values = keys.map((key) => parse(texts.get(key)))
    const entries = values.filter(isStoredEntry)
    if (entries.length < values.length)
      damage.push(`${values.length - entries.length} unsent entries are unreadable`)
    return inOrder(entries)
  }

  async #giveUpRoom(roomId: string): Promise<never> {
    const room = this.#rooms.get(roomId)?.room
    await this.write({ clearRooms: [roomId], ...(room && { rooms: [withoutRows(room)] }) })
    throw new LocalStoreError('corrupt', `the stored rows of room ${roomId} were unreadable`)
  }

  /** Removes records of a write that never came to count, where the storage can list them. */
  async #cleanUp(): Promise<void> {
    const all = await this.#allKeys()
    if (all === undefined) return await this.#removeGarbage()
    const { rooms, entries } = this.#manifest
    const counted = new Set([this.#manifestKey, `${this.prefix}damaged`])
    for (const [roomId, generation] of rooms) counted.add(this.#roomKey(roomId, generation))
    for (const [clientId, generation] of entries) counted.add(this.#entryKey(clientId, generation))
    for (const [roomId, { chunks }] of this.#rooms)
      for (const [index, generation] of chunks) counted.add(this.#chunkKey(roomId, index, generation))
    await removeMany(
      this.storage,
      all.filter((key) => !counted.has(key)),
    )
  }

  async #allKeys(): Promise<string[] | undefined> {
    const keys = await this.storage.getAllKeys?.()
    return keys?.filter((key) => key.startsWith(this.prefix))
  }

  async #removeGarbage(): Promise<void> {
    try {
      await removeMany(this.storage, this.#manifest.garbage)
      this.#manifest = { ...this.#manifest, garbage: [] }
    } catch {
      // It costs space only; the next write tries again.
    }
  }

  get #manifestKey(): string {
    return `${this.prefix}manifest`
  }

  #roomKey = (roomId: string, generation: number): string => `${this.prefix}${generation}:room:${roomId}`
  #entryKey = (clientId: string, generation: number): string =>
    `${this.prefix}${generation}:entry:${clientId}`
  #chunkKey = (roomId: string, index: number, generation: number): string =>
    `${this.prefix}${generation}:chunk:${roomId}:${index}`
}
