import 'fake-indexeddb/auto'
import { forceCloseDatabase, IDBFactory } from 'fake-indexeddb'
import { openDB } from 'idb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { handClock } from '../../../platform/hand-clock'
import type { TestCopy } from '../../../test-support/copies'
import { ann, entryOf, idbCopy, NAME, SCHEMA_VERSION } from './fixture'

let store: TestCopy
beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory()
  store = idbCopy({ clock: handClock() })
  await store.open(ann)
  await store.write({ putEntries: [entryOf('c1')] })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await store.close()
})

const because = (reason: string) => expect.objectContaining({ name: 'LocalStoreError', reason })
const databases = async () => (await indexedDB.databases()).map((database) => database.name)

/** From now on every transaction of the open handles fails with this error, `times` times. */
function failTransactions(name: string, times: number) {
  const spy = vi.spyOn(IDBDatabase.prototype, 'transaction')
  for (let i = 0; i < times; i++)
    spy.mockImplementationOnce(() => {
      throw new DOMException('made by the test', name)
    })
}

test.each(['InvalidStateError', 'UnknownError', 'AbortError'])(
  'a handle dead by %s is dropped and opened once more',
  async (name) => {
    const open = vi.spyOn(indexedDB, 'open')
    failTransactions(name, 1)
    await store.write({ putEntries: [entryOf('c2')] })
    expect(open).toHaveBeenCalledTimes(1)
    failTransactions(name, 2)
    await expect(store.write({ putEntries: [entryOf('c3')] })).rejects.toEqual(because('lost'))
    await store.write({ putEntries: [entryOf('c4')] })
    await store.close()
    const { entries } = await store.open(ann)
    expect(entries.map((entry) => entry.clientId)).toEqual(['c1', 'c2', 'c4'])
  },
)

test('writes keep their order while a handle is replaced', async () => {
  failTransactions('InvalidStateError', 1)
  const first = store.write({ putEntries: [{ ...entryOf('c1'), data: 'first' }] })
  const second = store.write({ putEntries: [{ ...entryOf('c1'), data: 'second' }] })
  await Promise.all([first, second])
  expect((await store.open(ann)).entries[0]?.data).toBe('second')
})

test('a handle that the browser closes is opened again by the next call', async () => {
  const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction')
  await store.readChunks('r1', [0])
  const database = transaction.mock.contexts[0]
  if (database === undefined) throw new Error('no transaction was made')
  forceCloseDatabase(database as Parameters<typeof forceCloseDatabase>[0])
  await store.write({ putEntries: [entryOf('c2')] })
  expect((await store.open(ann)).entries).toHaveLength(2)
})

test('an upgrade by another tab is not blocked, and afterwards this version stays out', async () => {
  const blocked = vi.fn()
  const newer = await openDB(NAME, SCHEMA_VERSION + 1, { blocked })
  expect(blocked).not.toHaveBeenCalled()
  newer.close()
  await expect(store.write({ putEntries: [entryOf('c2')] })).rejects.toEqual(because('unavailable'))
})

test('a database that another tab deletes is not created again behind its back', async () => {
  const blocked = vi.fn()
  await new Promise((resolve) => {
    const deleting = indexedDB.deleteDatabase(NAME)
    deleting.addEventListener('blocked', blocked)
    deleting.addEventListener('success', resolve)
  })
  expect(blocked).not.toHaveBeenCalled()
  await expect(store.write({ putEntries: [entryOf('c2')] })).rejects.toEqual(because('deleted'))
  expect(await databases()).not.toContain(NAME)
  expect((await store.open(ann)).entries).toEqual([])
})

test('nor is its successor used: a user who signed in there again has their own', async () => {
  await new Promise((resolve) => indexedDB.deleteDatabase(NAME).addEventListener('success', resolve))
  const other = idbCopy({ clock: handClock() })
  await other.open(ann)
  await expect(store.write({ putEntries: [entryOf('c2')] })).rejects.toEqual(because('deleted'))
  expect((await other.open(ann)).entries).toEqual([])
  await other.close()
})

test('nor is one that vanished with its handle', async () => {
  const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction')
  await store.readChunks('r1', [0])
  const database = transaction.mock.contexts[0]
  if (database === undefined) throw new Error('no transaction was made')
  forceCloseDatabase(database as Parameters<typeof forceCloseDatabase>[0])
  await new Promise((resolve) => indexedDB.deleteDatabase(NAME).addEventListener('success', resolve))
  await expect(store.write({ putEntries: [entryOf('c2')] })).rejects.toEqual(because('deleted'))
  expect(await databases()).not.toContain(NAME)
})
