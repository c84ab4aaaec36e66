import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { openDB } from 'idb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { handClock } from '../../../platform/hand-clock'
import type { TestCopy } from '../../../test-support/copies'
import { ann, chunkOf, entryOf, idbCopy, NAME, pastTheStore, roomOf, SCHEMA_VERSION } from './fixture'

let store: TestCopy
beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory()
  store = idbCopy({ clock: handClock() })
  await store.open(ann)
  await store.write({
    rooms: [roomOf('r1'), roomOf('r2')],
    chunks: [chunkOf('r1'), chunkOf('r2')],
    putEntries: [entryOf('c1')],
  })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await store.close()
})

const because = (reason: string) => expect.objectContaining({ name: 'LocalStoreError', reason })

test.each([
  ['no list', { rows: 1 }],
  ['a row without a seq', [{ ...chunkOf('r1').messages[0], seq: undefined }]],
  ['a row of another chunk', [{ ...chunkOf('r1').messages[0], seq: 900 }]],
  ['a seq twice', [chunkOf('r1').messages[0], chunkOf('r1').messages[0]]],
])('a chunk that is %s clears the rows of its room, and of no other', async (_, junk) => {
  await pastTheStore((database) => database.put('chunks', junk as never, ['r1', 0]))
  await expect(store.readChunks('r1', [0])).rejects.toEqual(because('corrupt'))
  expect(await store.readChunks('r1', [0])).toEqual([])
  expect(await store.readChunks('r2', [0])).toHaveLength(1)
  const { rooms, entries } = await store.open(ann)
  expect(rooms).toEqual([{ ...roomOf('r1'), cursor: 0, ranges: [] }, roomOf('r2')])
  expect(entries).toHaveLength(1)
})

test('a chunk that the browser cannot read any more does the same', async () => {
  vi.spyOn(IDBObjectStore.prototype, 'get').mockImplementationOnce(() => {
    throw new DOMException('Failed to read large IndexedDB value', 'DataError')
  })
  await expect(store.readChunks('r1', [0])).rejects.toEqual(because('corrupt'))
  expect(await store.readChunks('r1', [0])).toEqual([])
})

test('a damaged room is left out, cleared and reported; the others and the outbox stay', async () => {
  await pastTheStore((database) => database.put('rooms', { roomId: 'r1', cursor: 'x' } as never))
  const snapshot = await store.open(ann)
  expect(snapshot.rooms).toEqual([roomOf('r2')])
  expect(snapshot.entries).toHaveLength(1)
  expect(snapshot.damage).toEqual(['room r1 was unreadable and is loaded again'])
  expect(await store.readChunks('r1', [0])).toEqual([])
  expect((await store.open(ann)).damage).toBeUndefined()
})

test('a damaged entry is left out and reported, and stays on the disk', async () => {
  await pastTheStore((database) => database.put('entries', { clientId: 'c0' } as never))
  const snapshot = await store.open(ann)
  expect(snapshot.entries).toEqual([entryOf('c1')])
  expect(snapshot.damage).toEqual(['1 unsent entries are unreadable'])
  expect(await pastTheStore((database) => database.count('entries'))).toBe(2)
})

test('a full disk is `quota`, whether a request or the commit detects it, and nothing of that write is kept', async () => {
  const { put } = IDBObjectStore.prototype
  const spy = vi.spyOn(IDBObjectStore.prototype, 'put')
  const full = new DOMException('full', 'QuotaExceededError')
  spy.mockImplementationOnce(put).mockImplementationOnce(() => {
    throw full
  })
  const write = { rooms: [{ ...roomOf('r1'), draft: 'new' }], putEntries: [entryOf('c2')] }
  await expect(store.write(write)).rejects.toEqual(because('quota'))
  // All requests succeed, and then the commit finds out.
  vi.spyOn(IDBTransaction.prototype, 'commit').mockImplementationOnce(() => undefined)
  spy.mockImplementationOnce(put).mockImplementationOnce(function (this: IDBObjectStore, ...args) {
    Object.defineProperty(this.transaction, 'error', { get: () => full })
    const request = put.apply(this, args)
    request.addEventListener('success', () => this.transaction.abort())
    return request
  })
  await expect(store.write({ rooms: write.rooms })).rejects.toEqual(because('quota'))
  spy.mockRestore()
  const { rooms, entries } = await store.open(ann)
  expect(rooms).toEqual([roomOf('r1'), roomOf('r2')])
  expect(entries).toEqual([entryOf('c1')])
})

test("only writes that the outbox or a user's cursor depends on wait for the disk", async () => {
  const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction')
  await store.write({ rooms: [roomOf('r1')], chunks: [chunkOf('r1')] })
  await store.write({ rooms: [roomOf('r1')], putEntries: [entryOf('c2')] })
  await store.write({ deleteEntries: ['c2'] })
  expect(transaction.mock.calls.map((call) => call[2]?.durability)).toEqual(['relaxed', 'strict', 'strict'])
})

test('a wipe leaves nothing of the user, also while an old tab holds on to the database', async () => {
  const stubborn = await openDB(NAME, SCHEMA_VERSION)
  await store.wipe()
  expect(await stubborn.getAll('rooms')).toEqual([])
  expect(await stubborn.getAll('chunks')).toEqual([])
  expect(await stubborn.getAll('entries')).toEqual([])
  expect(await stubborn.getAll('meta')).toEqual([])
  stubborn.close()
  await vi.waitFor(async () => {
    expect((await indexedDB.databases()).map((database) => database.name)).toEqual(['roomful'])
  }, 120_000)
  expect(await store.open({ ...ann, userId: null })).toEqual({ meta: null, rooms: [], entries: [] })
})

test('the browser is asked once to keep the data, as soon as something unsent is in it', async () => {
  const persist = vi.fn(async () => false)
  vi.stubGlobal('navigator', { storage: { persist } })
  await store.close()
  store = idbCopy({ clock: handClock() })
  await store.open(ann)
  await store.write({ rooms: [roomOf('r1')] })
  expect(persist).not.toHaveBeenCalled()
  await store.write({ putEntries: [entryOf('c2')] })
  await store.write({ putEntries: [entryOf('c3')] })
  expect(persist).toHaveBeenCalledOnce()
  vi.unstubAllGlobals()
})
