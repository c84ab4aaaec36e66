import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, expect, test } from 'vitest'
import { sampleRow } from '../../../model/rows/timeline/sample-rows'
import { handClock } from '../../../platform/hand-clock'
import type { TestCopy } from '../../../test-support/copies'
import { ann, entryOf, idbCopy, pastTheStore, roomOf } from './fixture'

const rows = Array.from({ length: 100 }, (_, i) => sampleRow(i + 1, 1))
/** 400 and two a character, each. */
const CHUNK_BYTES = rows.reduce((sum, { content }) => sum + 400 + 2 * content.length, 0)
/** Three rooms of one chunk each, and a bit. */
const BUDGET = 3.5 * CHUNK_BYTES

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory()
})

const write = (store: TestCopy, roomId: string, usedAt: number) =>
  store.write({
    rooms: [{ ...roomOf(roomId), usedAt, ranges: [{ from: 1, to: 100 }] }],
    chunks: [{ roomId, index: 0, messages: rows }],
    putEntries: [entryOf(`entry of ${roomId}`)],
  })
const roomsWithRows = () =>
  pastTheStore(async (database) => (await database.getAllKeys('chunks')).map(([roomId]) => roomId))

test('above the budget the rooms viewed longest ago lose their rows, and nothing else does', async () => {
  const store = idbCopy({ clock: handClock(), budgetBytes: BUDGET })
  await store.open(ann)
  for (const [roomId, usedAt] of [
    ['a', 3],
    ['b', 1],
    ['c', 2],
  ] as const)
    await write(store, roomId, usedAt)
  expect(await roomsWithRows()).toEqual(['a', 'b', 'c'])
  await write(store, 'd', 4)
  await store.close()
  // Two of them: it goes well below the budget, so that not every write has to trim.
  expect(await roomsWithRows()).toEqual(['a', 'd'])
  const { rooms, entries } = await store.open(ann)
  expect(rooms.map(({ roomId, cursor, ranges, draft }) => [roomId, cursor, ranges.length, draft])).toEqual([
    ['a', 9, 1, 'half a thought'],
    ['b', 0, 0, 'half a thought'],
    ['c', 0, 0, 'half a thought'],
    ['d', 9, 1, 'half a thought'],
  ])
  expect(entries).toHaveLength(4)
  await store.close()
})

test('rows of an earlier run count, and the room being written stays whatever its age', async () => {
  const before = idbCopy({ clock: handClock(), budgetBytes: BUDGET })
  await before.open(ann)
  for (const [roomId, usedAt] of [
    ['a', 3],
    ['b', 2],
    ['c', 4],
  ] as const)
    await write(before, roomId, usedAt)
  await before.close()
  const store = idbCopy({ clock: handClock(), budgetBytes: BUDGET })
  await store.open(ann)
  await write(store, 'old', 1)
  await store.close()
  expect(await roomsWithRows()).toEqual(['c', 'old'])
})

test('a chunk written again, cleared or emptied counts once, or no more', async () => {
  const store = idbCopy({ clock: handClock(), budgetBytes: BUDGET })
  await store.open(ann)
  for (let i = 0; i < 10; i++) await write(store, 'a', 1)
  for (let i = 0; i < 10; i++) {
    await write(store, 'b', 2)
    await store.write({ clearRooms: ['b'] })
  }
  await write(store, 'c', 3)
  await store.write({
    rooms: [{ ...roomOf('c'), ranges: [] }],
    chunks: [{ roomId: 'c', index: 0, messages: [] }],
  })
  await write(store, 'd', 4)
  await write(store, 'e', 5)
  await store.close()
  expect(await roomsWithRows()).toEqual(['a', 'd', 'e'])
})
