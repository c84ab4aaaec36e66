import type { Message } from '@roomful/protocol'
import type { IDBPTransaction } from 'idb'
import {
  type LocalSnapshot,
  LocalStoreError,
  type LocalWrite,
  type StoredEntry,
} from '../../ports/local-store'
import { isChunk, isStoredEntry, isStoredMeta, isStoredRoom } from '../stored-shape'
import { inOrder, withoutRows } from '../stored-space'
import { isAboutValue, isUnreadable } from './failure'
import type { Handle } from './handle'
import { type Database, type Schema, STORES } from './schema'
import { sizeOf } from './size'
import type { OnDisk, StampedRoom, Stamps } from './stamps'

const WITH_ROWS = ['rooms', 'chunks', 'sizes'] as const

type Writing = IDBPTransaction<Schema, (typeof STORES)[number][], 'readwrite'>

/**
 * One write, one transaction over all stores: all or nothing, and in the order of the calls (I16). Nothing but its
 * own requests is awaited in it, or it would commit too early. Resolves to what was written.
 */
export async function writeAll(database: Database, write: LocalWrite, stamps: Stamps): Promise<LocalWrite> {
  const isPrecious = write.meta || write.putEntries?.length || write.deleteEntries?.length
  const transaction = database.transaction(STORES, 'readwrite', {
    // The outbox must survive power loss; rows can be had again and are far cheaper relaxed.
    durability: isPrecious ? 'strict' : 'relaxed',
  })
  const requests: Promise<unknown>[] = [transaction.done]
  let fitted: ReturnType<Stamps['fitted']>
  try {
    fitted = stamps.fitted(write, await readDisk(transaction, write))
    for (const request of taken(requestsOf(transaction, fitted.write))) requests.push(request)
    // Without it the commit waits for this page to hear of each request, and a page that is left meanwhile aborts it.
    transaction.commit()
  } catch (error) {
    // What cannot be cloned throws at once. Without the abort the requests before it would be committed.
    if (transaction.error === null) transaction.abort()
    await Promise.allSettled(requests)
    throw error
  }
  // The requests come before `done` in time: the first rejection is the one that says why.
  await Promise.all(requests)
  fitted.kept()
  return fitted.write
}

/** What is on the disk of what a write is about; null: it is about the outbox alone, which waits for nothing. */
async function readDisk(
  transaction: Writing,
  { meta, rooms = [], chunks = [], clearRooms = [] }: LocalWrite,
): Promise<OnDisk | null> {
  if (!meta && rooms.length + chunks.length + clearRooms.length === 0) return null
  const records = transaction.objectStore('rooms')
  const [stored, ...found] = await Promise.all([
    transaction.objectStore('meta').get('meta'),
    ...rooms.map(({ roomId }) => records.get(roomId)),
  ])
  return onDisk(stored, found)
}

/** A value that cannot be cloned throws as its request is made, and says nothing about the handle. */
function* taken(requests: Iterable<Promise<unknown>>): Generator<Promise<unknown>> {
  try {
    yield* requests
  } catch (error) {
    throw isAboutValue(error) ? new LocalStoreError('invalid', `not kept: ${error}`, { cause: error }) : error
  }
}

/** One request after the other, as they are taken. */
function* requestsOf(transaction: Writing, write: LocalWrite): Generator<Promise<unknown>> {
  const rooms = transaction.objectStore('rooms')
  const chunks = transaction.objectStore('chunks')
  const entries = transaction.objectStore('entries')
  const sizes = transaction.objectStore('sizes')
  if (write.meta) yield transaction.objectStore('meta').put(write.meta, 'meta')
  for (const roomId of write.clearRooms ?? []) {
    yield rooms.delete(roomId)
    yield chunks.delete(chunksOf(roomId))
    yield sizes.delete(chunksOf(roomId))
  }
  for (const room of write.rooms ?? []) yield rooms.put(room)
  for (const { roomId, index, messages } of write.chunks ?? []) {
    const key: [string, number] = [roomId, index]
    const isEmpty = messages.length === 0
    yield isEmpty ? chunks.delete(key) : chunks.put(messages, key)
    yield isEmpty ? sizes.delete(key) : sizes.put(sizeOf(messages), key)
  }
  for (const entry of write.putEntries ?? []) yield entries.put(entry)
  for (const clientId of write.deleteEntries ?? []) yield entries.delete(clientId)
}

const onDisk = (meta: unknown, rooms: readonly unknown[]): OnDisk => ({
  epoch: isStoredMeta(meta) ? meta.epoch : undefined,
  rooms: rooms.filter((room: unknown): room is StampedRoom => isStoredRoom(room)),
})

export const chunksOf = (roomId: string): IDBKeyRange => IDBKeyRange.bound([roomId], [roomId, []])

export async function readSnapshot(handle: Handle, stamps: Stamps): Promise<LocalSnapshot> {
  const [meta, entries] = await handle.use(async (database) => {
    const transaction = database.transaction(['meta', 'entries'])
    const [meta, entries] = await Promise.all([
      transaction.objectStore('meta').get('meta'),
      transaction.objectStore('entries').getAll(),
      transaction.done,
    ])
    return [meta, entries] as const
  })
  const damage: string[] = []
  const rooms = await readRooms(handle, damage)
  stamps.opened(onDisk(meta, rooms))
  const sound = entries.filter((entry: unknown): entry is StoredEntry => isStoredEntry(entry))
  // Left on the disk: nobody can send it, but nobody may throw it away either.
  if (sound.length < entries.length)
    damage.push(`${entries.length - sound.length} unsent entries are unreadable`)
  return {
    meta: isStoredMeta(meta) ? meta : null,
    rooms: rooms.map(({ stamp: _, ...room }) => room),
    entries: inOrder(sound),
    ...(damage.length > 0 ? { damage } : {}),
  }
}

/** Unreadable rooms are cleared: what the server has can be had again. */
async function readRooms(handle: Handle, damage: string[]): Promise<StampedRoom[]> {
  let keys: string[]
  let rooms: unknown[]
  try {
    ;[keys, rooms] = await handle.use(async (database) => {
      const transaction = database.transaction('rooms')
      const [keys, rooms] = await Promise.all([
        transaction.store.getAllKeys(),
        transaction.store.getAll(),
        transaction.done,
      ])
      return [keys, rooms] as const
    })
  } catch (error) {
    if (!(error instanceof LocalStoreError) || !isUnreadable(error.cause)) throw error
    await handle.use(clearAllRooms)
    damage.push('the rooms were unreadable and are loaded again')
    return []
  }
  const sound = rooms.filter(isStoredRoom)
  const lost = keys.filter((_, i) => !isStoredRoom(rooms[i]))
  if (lost.length > 0) {
    await handle.use((database) => clearRooms(database, lost))
    damage.push(...lost.map((roomId) => `room ${roomId} was unreadable and is loaded again`))
  }
  return sound
}

async function clearAllRooms(database: Database): Promise<void> {
  const transaction = database.transaction(WITH_ROWS, 'readwrite')
  await Promise.all([...WITH_ROWS.map((name) => transaction.objectStore(name).clear()), transaction.done])
}

async function clearRooms(database: Database, roomIds: readonly string[]): Promise<void> {
  const transaction = database.transaction(STORES, 'readwrite')
  await Promise.all([...requestsOf(transaction, { clearRooms: roomIds }), transaction.done])
}

/** None where another tab has written what is older than this one takes the room's rows for. */
export async function readChunks(
  handle: Handle,
  roomId: string,
  indexes: readonly number[],
  stamps: Stamps,
): Promise<{ index: number; messages: readonly Message[] }[]> {
  let found: unknown[]
  try {
    found = await handle.use(async (database) => {
      const transaction = database.transaction(['meta', 'rooms', 'chunks'])
      const chunks = transaction.objectStore('chunks')
      const [meta, record, found] = await Promise.all([
        transaction.objectStore('meta').get('meta'),
        transaction.objectStore('rooms').get(roomId),
        Promise.all(indexes.map((index) => chunks.get([roomId, index]))),
        transaction.done,
      ])
      return stamps.mayRead(roomId, onDisk(meta, [record])) ? found : []
    })
  } catch (error) {
    if (!(error instanceof LocalStoreError) || !isUnreadable(error.cause)) throw error
    return await giveUpRoom(handle, roomId, error)
  }
  const chunks: { index: number; messages: readonly Message[] }[] = []
  for (const [i, index] of indexes.entries()) {
    const messages = found[i]
    if (messages === undefined) continue
    if (!isChunk(messages, index)) return await giveUpRoom(handle, roomId)
    chunks.push({ index, messages })
  }
  return chunks
}

/** Takes the rows of a room with a damaged chunk away, keeps draft and list item, and says so. */
async function giveUpRoom(handle: Handle, roomId: string, cause?: unknown): Promise<never> {
  await handle.use(async (database) => {
    const transaction = database.transaction(WITH_ROWS, 'readwrite')
    const rooms = transaction.objectStore('rooms')
    const deleting = [
      transaction.objectStore('chunks').delete(chunksOf(roomId)),
      transaction.objectStore('sizes').delete(chunksOf(roomId)),
    ]
    const room = await rooms.get(roomId)
    const forgetting = room && rooms.put(withoutRows(room))
    await Promise.all([...deleting, forgetting, transaction.done])
  })
  throw new LocalStoreError('corrupt', `the stored rows of room ${roomId} were unreadable`, { cause })
}
