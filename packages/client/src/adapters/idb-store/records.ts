import type { Message } from '@roomful/protocol'
import {
  type LocalSnapshot,
  LocalStoreError,
  type LocalWrite,
  type StoredEntry,
  type StoredRoom,
} from '../../ports/local-store'
import { isChunk, isStoredEntry, isStoredMeta, isStoredRoom } from '../stored-shape'
import { inOrder, withoutRows } from '../stored-space'
import { isUnreadable } from './failure'
import type { Handle } from './handle'
import { type Database, STORES } from './schema'
import { sizeOf } from './size'

const WITH_ROWS = ['rooms', 'chunks', 'sizes'] as const

/**
 * One write, one transaction over all stores: all or nothing, and in the order of the calls (I16). Nothing but its
 * own requests is awaited in it, or it would commit too early.
 */
export async function writeAll(database: Database, write: LocalWrite): Promise<void> {
  const isPrecious = write.meta || write.putEntries?.length || write.deleteEntries?.length
  const transaction = database.transaction(STORES, 'readwrite', {
    // The outbox must survive power loss; rows can be had again and are far cheaper relaxed.
    durability: isPrecious ? 'strict' : 'relaxed',
  })
  const meta = transaction.objectStore('meta')
  const rooms = transaction.objectStore('rooms')
  const chunks = transaction.objectStore('chunks')
  const entries = transaction.objectStore('entries')
  const sizes = transaction.objectStore('sizes')
  const requests: Promise<unknown>[] = [transaction.done]
  try {
    if (write.meta) requests.push(meta.put(write.meta, 'meta'))
    for (const roomId of write.clearRooms ?? [])
      requests.push(rooms.delete(roomId), chunks.delete(chunksOf(roomId)), sizes.delete(chunksOf(roomId)))
    for (const room of write.rooms ?? []) requests.push(rooms.put(room))
    for (const { roomId, index, messages } of write.chunks ?? []) {
      const key: [string, number] = [roomId, index]
      if (messages.length > 0) requests.push(chunks.put(messages, key), sizes.put(sizeOf(messages), key))
      else requests.push(chunks.delete(key), sizes.delete(key))
    }
    for (const entry of write.putEntries ?? []) requests.push(entries.put(entry))
    for (const clientId of write.deleteEntries ?? []) requests.push(entries.delete(clientId))
    // Without it the commit waits for this page to hear of each request, and a page that is left meanwhile aborts it.
    transaction.commit()
  } catch (error) {
    // What cannot be cloned throws at once. Without the abort the requests before it would be committed.
    transaction.abort()
    await Promise.allSettled(requests)
    throw error
  }
  // The requests come before `done` in time: the first rejection is the one that says why.
  await Promise.all(requests)
}

export const chunksOf = (roomId: string): IDBKeyRange => IDBKeyRange.bound([roomId], [roomId, []])

export async function readSnapshot(handle: Handle): Promise<LocalSnapshot> {
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
  const sound = entries.filter((entry: unknown): entry is StoredEntry => isStoredEntry(entry))
  // Left on the disk: nobody can send it, but nobody may throw it away either.
  if (sound.length < entries.length)
    damage.push(`${entries.length - sound.length} unsent entries are unreadable`)
  return {
    meta: isStoredMeta(meta) ? meta : null,
    rooms,
    entries: inOrder(sound),
    ...(damage.length > 0 ? { damage } : {}),
  }
}

/** Unreadable rooms are cleared: what the server has can be had again. */
async function readRooms(handle: Handle, damage: string[]): Promise<StoredRoom[]> {
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
    await handle.use((database) => writeAll(database, { clearRooms: lost }))
    damage.push(...lost.map((roomId) => `room ${roomId} was unreadable and is loaded again`))
  }
  return sound
}

async function clearAllRooms(database: Database): Promise<void> {
  const transaction = database.transaction(WITH_ROWS, 'readwrite')
  await Promise.all([...WITH_ROWS.map((name) => transaction.objectStore(name).clear()), transaction.done])
}

export async function readChunks(
  handle: Handle,
  roomId: string,
  indexes: readonly number[],
): Promise<{ index: number; messages: readonly Message[] }[]> {
  let found: unknown[]
  try {
    found = await handle.use(async (database) => {
      const transaction = database.transaction('chunks')
      const requests = indexes.map((index) => transaction.store.get([roomId, index]))
      const [found] = await Promise.all([Promise.all(requests), transaction.done])
      return found
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
