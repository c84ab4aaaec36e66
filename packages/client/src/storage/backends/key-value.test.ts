import { localStoreContract } from '@roomful/testing'
import { describe, expect, test } from 'vitest'
import { sampleRow } from '../../model/rows/timeline/sample-rows'
import { copyOn, type TestCopy } from '../../test-support/copies'
import { copyContract } from '../copy-contract'
import type { LocalWrite, StoredRoom } from '../local-copy'
import type { LocalPath } from '../port'
import { keyValueStore } from './key-value'
import type { KeyValueStorage } from './key-value/storage'
import { memoryStore } from './memory'

const keyValueCopy = (storage: KeyValueStorage): TestCopy => copyOn(keyValueStore(storage))

/** A storage that dies at its `crashAt`-th change. The small one has only the three required calls. */
function fakeStorage({ small = false } = {}): KeyValueStorage & {
  items: Map<string, string>
  changes: number
  crashAt: number
} {
  const items = new Map<string, string>()
  const change = (apply: () => unknown): void => {
    if (++storage.changes >= storage.crashAt) throw new Error('the process died')
    apply()
  }
  const storage = {
    items,
    changes: 0,
    crashAt: Number.POSITIVE_INFINITY,
    getItem: async (key: string) => items.get(key) ?? null,
    setItem: async (key: string, value: string) => change(() => items.set(key, value)),
    removeItem: async (key: string) => change(() => items.delete(key)),
    ...(!small && {
      multiGet: async (keys: readonly string[]) => keys.map((key) => [key, items.get(key) ?? null] as const),
      // Item by item: not every storage does it in one step.
      multiSet: async (pairs: readonly [string, string][]) => {
        for (const [key, value] of pairs) change(() => items.set(key, value))
      },
      multiRemove: async (keys: readonly string[]) => {
        for (const key of keys) change(() => items.delete(key))
      },
      getAllKeys: async () => [...items.keys()],
    }),
  }
  return storage
}

describe.each([
  ['with all calls', false],
  ['with the three that it must have', true],
])('the key-value store %s', (_, small) => {
  test.each([...localStoreContract, ...copyContract])('$name', ({ run }) =>
    run(async () => {
      const storage = fakeStorage({ small })
      return { store: () => keyValueStore(storage) }
    }),
  )
})

const ann = { url: 'https://chat.example', userId: 'ann' }
const roomOf = (roomId: string, cursor: number): StoredRoom => ({
  roomId,
  cursor,
  lastSeq: cursor,
  ranges: [{ from: 1, to: cursor }],
  lastReadSeq: 0,
  floorSeq: 1,
  item: null,
  draft: '',
  usedAt: cursor,
})
const writes: LocalWrite[] = Array.from({ length: 8 }, (_, i) => ({
  rooms: [roomOf('r1', i + 1), roomOf(`r-${i % 3}`, i + 1)],
  chunks: [
    { roomId: 'r1', index: 0, messages: [sampleRow(1, i + 1)] },
    { roomId: 'r1', index: 1, messages: i % 3 === 2 ? [] : [sampleRow(129, i + 1)] },
  ],
  putEntries: [{ clientId: `c${i}`, roomId: 'r1', order: i, data: { i } }],
  ...(i % 4 === 3 && { deleteEntries: [`c${i - 1}`] }),
  ...(i % 5 === 4 && { clearRooms: ['r1'] }),
}))

async function viewOf(store: TestCopy): Promise<string> {
  const { rooms, ...rest } = await store.open(ann)
  const chunks = await store.readChunks('r1', [0, 1])
  await store.close()
  return JSON.stringify([rest, rooms.toSorted((a, b) => (a.roomId < b.roomId ? -1 : 1)), chunks])
}

async function live(store: TestCopy, first: number): Promise<number> {
  let kept = first
  try {
    await store.open(ann)
    for (const write of writes.slice(first)) {
      await store.write(write)
      kept++
    }
  } catch {
    // The crash. The next process follows.
  }
  return kept
}

test.each([false, true])(
  'a crash at any change leaves a prefix of the writes (I16); small: %s',
  async (small) => {
    const reference = copyOn(memoryStore())
    const views = [await viewOf(reference)]
    for (const write of writes) {
      await reference.open(ann)
      await reference.write(write)
      views.push(await viewOf(reference))
    }
    const sound = fakeStorage({ small })
    await live(keyValueCopy(sound), 0)
    for (let crashAt = 1; crashAt <= sound.changes; crashAt++) {
      const storage = fakeStorage({ small })
      storage.crashAt = crashAt
      const kept = await live(keyValueCopy(storage), 0)
      storage.crashAt = Number.POSITIVE_INFINITY
      const view = await viewOf(keyValueCopy(storage))
      const arrived = views.slice(kept, kept + 2).indexOf(view)
      expect(arrived, `crash at ${crashAt}, ${kept} confirmed`).not.toBe(-1)
      expect(await live(keyValueCopy(storage), kept + arrived)).toBe(writes.length)
      expect(await viewOf(keyValueCopy(storage))).toBe(views.at(-1))
      // No obsolete item is left, if the storage can list them.
      if (!small) expect([...storage.items.keys()].length).toBe(sound.items.size)
    }
  },
)

test('a wipe that a crash cuts short is finished by the next open', async () => {
  for (let step = 1; ; step++) {
    const storage = fakeStorage()
    const store = keyValueCopy(storage)
    await live(store, 0)
    storage.crashAt = storage.changes + step
    const isDone = await store.wipe().then(
      () => true,
      () => false,
    )
    storage.crashAt = Number.POSITIVE_INFINITY
    await keyValueCopy(storage).open({ ...ann, userId: 'bob' })
    const left = [...storage.items.keys()].filter((key) => key.includes('"ann"'))
    // Before its first mark the wipe has not started.
    expect(left.length, `crash at step ${step}`).toBe(step === 1 ? sizeOf(storage) : 0)
    if (isDone) break
  }
})

const sizeOf = (storage: { items: Map<string, string> }): number =>
  [...storage.items.keys()].filter((key) => key.includes('"ann"')).length

test('damaged values cost only what they held, and are reported', async () => {
  const storage = fakeStorage()
  await live(keyValueCopy(storage), 0)
  const prefix = 'roomful:["https://chat.example","ann"]:'
  const { keys }: { keys: [string, string][] } = JSON.parse(storage.items.get(`${prefix}index`) ?? '')
  const spoil = (path: LocalPath): void => {
    const key = keys.find(([text]) => `${text}]` === JSON.stringify(path))?.[1]
    expect(storage.items.has(`${prefix}${key}`)).toBe(true)
    storage.items.set(`${prefix}${key}`, '{')
  }
  spoil(['rooms', 'r-1'])
  spoil(['entries', 'c1'])
  spoil(['chunks', 'r1', 0])
  const store = keyValueCopy(storage)
  const snapshot = await store.open(ann)
  expect(snapshot.damage).toEqual([
    'room r-1 was unreadable and is loaded again',
    '1 unsent entries are unreadable',
  ])
  expect(snapshot.rooms.map((room) => room.roomId).toSorted()).toEqual(['r-0', 'r-2', 'r1'])
  await expect(store.readChunks('r1', [0])).rejects.toMatchObject({ reason: 'corrupt' })
  expect(await store.readChunks('r1', [0, 1])).toEqual([])
  expect((await store.open(ann)).rooms.find((room) => room.roomId === 'r1')?.ranges).toEqual([])
})

test('a full storage is `quota` and keeps nothing of that write', async () => {
  const storage = fakeStorage()
  const store = keyValueCopy(storage)
  await live(store, 0)
  const before = await viewOf(keyValueCopy(storage))
  await store.open(ann)
  const multiSet = storage.multiSet
  storage.multiSet = async () => {
    throw new Error('database or disk is full (code 13 SQLITE_FULL)')
  }
  await expect(store.write({ rooms: [roomOf('r9', 1)] })).rejects.toMatchObject({ reason: 'quota' })
  Object.assign(storage, { multiSet })
  await store.close()
  expect(await viewOf(keyValueCopy(storage))).toBe(before)
})

test('a damaged index is copied aside and reported, and the storage goes on working', async () => {
  const storage = fakeStorage()
  await live(keyValueCopy(storage), 0)
  const key = [...storage.items.keys()].find((one) => one.endsWith(':index') && one.includes('"ann"')) ?? ''
  storage.items.set(key, '{"generation":')
  const store = keyValueCopy(storage)
  expect((await store.open(ann)).damage).toEqual(['a part of the local copy was unreadable'])
  expect([...storage.items.values()]).toContain('{"generation":')
  await store.write({ rooms: [roomOf('r1', 1)] })
  expect(await store.open(ann)).toEqual({ meta: null, rooms: [roomOf('r1', 1)], entries: [] })
})
