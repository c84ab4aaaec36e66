import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { openDB } from 'idb'
import { beforeEach, expect, test, vi } from 'vitest'
import { handClock } from '../../../platform/hand-clock'
import { ann, chunkOf, entryOf, idbCopy, NAME, pastTheStore, roomOf, SCHEMA_VERSION } from './fixture'

const meta = { user: { id: 'ann', name: 'Ann' }, epoch: 'e1' }

/** How each released version created its database and wrote into it, as of then: never changed. */
const OLD_VERSIONS: Record<number, () => Promise<void>> = {
  1: async () => {
    const database = await openDB(NAME, 1, {
      upgrade: (old) => {
        old.createObjectStore('meta')
        old.createObjectStore('rooms', { keyPath: 'roomId' })
        old.createObjectStore('chunks')
        old.createObjectStore('entries', { keyPath: 'clientId' })
      },
    })
    await database.put('meta', meta, 'meta')
    await database.put('rooms', roomOf('r1'))
    await database.put('rooms', roomOf('r2'))
    await database.put('chunks', chunkOf('r1').messages, ['r1', 0])
    await database.put('chunks', chunkOf('r2').messages, ['r2', 0])
    await database.put('entries', entryOf('c1'))
    database.close()
  },
  2: async () => {
    const database = await openDB(NAME, 2, {
      upgrade: (old) => {
        old.createObjectStore('meta')
        old.createObjectStore('rooms', { keyPath: 'roomId' })
        old.createObjectStore('chunks')
        old.createObjectStore('entries', { keyPath: 'clientId' })
        old.createObjectStore('sizes')
      },
    })
    await database.put('meta', meta, 'meta')
    for (const id of ['r1', 'r2']) {
      await database.put('rooms', { ...roomOf(id), stamp: `stamp of ${id}` })
      await database.put('chunks', chunkOf(id).messages, [id, 0])
      await database.put('sizes', 1_000, [id, 0])
    }
    await database.put('entries', entryOf('c1'))
    database.close()
  },
  3: async () => {
    const database = await openDB(NAME, 3, {
      upgrade: (old) => {
        old.createObjectStore('meta')
        old.createObjectStore('rooms', { keyPath: 'roomId' })
        old.createObjectStore('chunks')
        old.createObjectStore('entries', { keyPath: 'clientId' })
      },
    })
    await database.put('meta', meta, 'meta')
    await database.put('meta', 'tab/1', 'version')
    for (const id of ['r1', 'r2']) {
      await database.put('rooms', roomOf(id))
      await database.put('chunks', chunkOf(id).messages, [id, 0])
    }
    await database.put('entries', entryOf('c1'))
    database.close()
  },
}

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory()
  return () => vi.restoreAllMocks()
})

test('there is a fixture of every version before this one', () => {
  expect(Object.keys(OLD_VERSIONS).map(Number)).toEqual(
    Array.from({ length: SCHEMA_VERSION - 1 }, (_, i) => i + 1),
  )
})

test.each(Object.entries(OLD_VERSIONS))('everything that version %s wrote is there', async (_, write) => {
  await write()
  const store = idbCopy({ clock: handClock() })
  const snapshot = await store.open(ann)
  expect(snapshot).toMatchObject({ meta, rooms: [roomOf('r1'), roomOf('r2')], entries: [entryOf('c1')] })
  expect(await store.readChunks('r1', [0])).toEqual([{ index: 0, messages: chunkOf('r1').messages }])
  await store.write({ putEntries: [entryOf('c2')], chunks: [chunkOf('r1')] })
  await store.close()
  expect(await pastTheStore(async (database) => [...database.objectStoreNames])).not.toContain('sizes')
})

test('an interrupted upgrade leaves the old version as it was, and the next try completes it', async () => {
  await OLD_VERSIONS[2]?.()
  vi.spyOn(IDBDatabase.prototype, 'deleteObjectStore').mockImplementationOnce(() => {
    throw new DOMException('full', 'QuotaExceededError')
  })
  const store = idbCopy({ clock: handClock() })
  await expect(store.open(ann)).rejects.toMatchObject({ name: 'LocalStoreError' })
  expect((await indexedDB.databases()).find(({ name }) => name === NAME)?.version).toBe(2)
  expect((await store.open(ann)).entries).toEqual([entryOf('c1')])
  await store.close()
})
