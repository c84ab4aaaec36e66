import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { openDB } from 'idb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type HandClock, handClock } from '../../../platform/hand-clock'
import { ann, entryOf, idbCopy, NAME } from './fixture'

let clock: HandClock
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory()
  clock = handClock()
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const because = (reason: string) => expect.objectContaining({ name: 'LocalStoreError', reason })

test('an open that never answers is given up after 4 s, and no timer is left after one that does', async () => {
  const never = vi.spyOn(indexedDB, 'open').mockReturnValue(new IDBOpenDBRequest())
  const store = idbCopy({ clock })
  let outcome: unknown = 'pending'
  const opening = store.open(ann).catch((error: unknown) => {
    outcome = error
  })
  await vi.waitFor(() => expect(never).toHaveBeenCalled(), 120_000)
  clock.pass(3_999)
  await Promise.resolve()
  expect(outcome).toBe('pending')
  clock.pass(1)
  await opening
  expect(outcome).toEqual(because('timeout'))
  never.mockRestore()
  expect((await store.open(ann)).entries).toEqual([])
  expect(clock.timers()).toBe(0)
  await store.close()
})

/** Another tab that is upgrading the database: all others wait until it is done. */
function busyTab(): { finish(): Promise<void> } {
  let isDone = false
  const upgrading = openDB(NAME, 1, {
    upgrade: (database, _from, _to, transaction) => {
      const store = database.createObjectStore('busy')
      const keepAlive = (): unknown => isDone || store.get('x').then(keepAlive)
      void keepAlive()
      transaction.done.catch(() => undefined)
    },
  })
  return {
    finish: async () => {
      isDone = true
      const database = await upgrading
      database.close()
    },
  }
}

test('an open that answers too late leaves no handle behind that would block others', async () => {
  const tab = busyTab()
  const store = idbCopy({ clock })
  const outcome = store.open(ann).catch((error: unknown) => error)
  await vi.waitFor(() => expect(clock.timers()).toBe(1), 120_000)
  clock.pass(4_000)
  expect(await outcome).toEqual(because('timeout'))
  await tab.finish()
  const blocked = vi.fn()
  await new Promise((resolve) => {
    const deleting = indexedDB.deleteDatabase(NAME)
    deleting.addEventListener('blocked', blocked)
    deleting.addEventListener('success', resolve)
  })
  expect(blocked).not.toHaveBeenCalled()
})

test('an open blocked by an old tab reports it at once', async () => {
  const request = new IDBOpenDBRequest()
  vi.spyOn(indexedDB, 'open').mockReturnValue(request)
  const outcome = idbCopy({ clock })
    .open(ann)
    .catch((error: unknown) => error)
  await vi.waitFor(() => expect(clock.timers()).toBe(2), 120_000)
  request.dispatchEvent(new IDBVersionChangeEvent('blocked'))
  expect(await outcome).toEqual(because('blocked'))
})

test('a newer version of the app, no IndexedDB and a forbidden one differ from temporary trouble', async () => {
  ;(await openDB(NAME, 99)).close()
  await expect(idbCopy({ clock }).open(ann)).rejects.toEqual(because('unavailable'))
  vi.spyOn(indexedDB, 'open').mockImplementation(() => {
    throw new DOMException('private mode', 'SecurityError')
  })
  await expect(idbCopy({ clock }).open(ann)).rejects.toEqual(because('unavailable'))
  vi.stubGlobal('indexedDB', undefined)
  await expect(idbCopy({ clock }).open(ann)).rejects.toEqual(because('unavailable'))
})

test('of two concurrent opens the later one counts, whichever answers first', async () => {
  const bob = { ...ann, userId: 'bob' }
  const store = idbCopy({ clock })
  const first = store.open(bob).catch((error: unknown) => error)
  await store.open({ ...ann, userId: 'carol' })
  expect(await first).toEqual(because('lost'))
  await store.write({ putEntries: [entryOf('c1')] })

  const tab = busyTab()
  const slow = store.open(ann)
  await store.open(bob)
  await tab.finish()
  // That database is the busy tab's, with another schema.
  await expect(slow).rejects.toEqual(because('unavailable'))
  await store.write({ putEntries: [entryOf('c2')] })
  const ids = async (userId: string) =>
    (await store.open({ ...ann, userId })).entries.map((entry) => entry.clientId)
  expect(await ids('carol')).toEqual(['c1'])
  expect(await ids('bob')).toEqual(['c2'])
  await store.close()
})
