import { localStoreContract } from '@roomful/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import type { StorageState } from '../chat'
import { sampleRow } from '../core/timeline/sample-rows'
import {
  type LocalSnapshot,
  type LocalStore,
  LocalStoreError,
  type LocalStoreReason,
  type LocalWrite,
} from '../ports/local-store'
import { GuardedStore } from './guarded-store'
import { type HandClock, handClock } from './hand-clock'
import { memoryStore } from './memory-store'

const ann = { url: 'https://chat.example', userId: 'ann' }
const entryOf = (clientId: string, order = 1) => ({ clientId, roomId: 'r1', order, data: 'hi' })
const roomOf = (roomId: string, usedAt = 1) => ({
  roomId,
  cursor: 2,
  lastSeq: 2,
  ranges: [{ from: 1, to: 2 }],
  lastReadSeq: 0,
  floorSeq: 1,
  item: null,
  draft: `draft of ${roomId}`,
  usedAt,
})
const chunkOf = (roomId: string) => ({ roomId, index: 0, messages: [sampleRow(1, 1), sampleRow(2, 2)] })

/** A disk whose next calls fail, hang, or have room for so many rooms with messages. */
class TroubledStore implements LocalStore {
  readonly kind = 'indexeddb'
  readonly inner = memoryStore()
  trouble: LocalStoreReason | 'hang' | null = null
  capacity = Number.POSITIVE_INFINITY
  readonly full = new Set<string>()
  calls: string[] = []
  #hanging: (() => void)[] = []

  open = (scope: Parameters<LocalStore['open']>[0]) => this.#do('open', () => this.inner.open(scope))
  readChunks: LocalStore['readChunks'] = (roomId, indexes) =>
    this.#do('read', () => this.inner.readChunks(roomId, indexes))
  wipe = () => this.#do('wipe', () => this.inner.wipe())
  close = () => this.inner.close()
  write = (write: LocalWrite) =>
    this.#do('write', async () => {
      const full = new Set(this.full)
      for (const roomId of write.clearRooms ?? []) full.delete(roomId)
      for (const chunk of write.chunks ?? []) full.add(chunk.roomId)
      if (full.size > this.capacity) throw new LocalStoreError('quota', 'the disk is full')
      await this.inner.write(write)
      this.full.clear()
      for (const roomId of full) this.full.add(roomId)
    })

  letGo(trouble: LocalStoreReason | null = null): void {
    this.trouble = trouble
    for (const go of this.#hanging.splice(0)) go()
  }

  async #do<T>(name: string, call: () => Promise<T>): Promise<T> {
    this.calls.push(name)
    if (this.trouble === 'hang') await new Promise<void>((resolve) => this.#hanging.push(resolve))
    const { trouble } = this
    if (trouble !== null && trouble !== 'hang')
      throw new LocalStoreError(trouble, `made by the test: ${trouble}`)
    return await call()
  }
}

let clock: HandClock
let disk: TroubledStore
let states: StorageState[]
let reopened: LocalSnapshot[]
let store: GuardedStore
beforeEach(() => {
  clock = handClock()
  disk = new TroubledStore()
  states = []
  reopened = []
  store = new GuardedStore(disk, {
    clock,
    onState: (state) => states.push(state),
    onReopened: (snapshot) => reopened.push(snapshot),
  })
})

/** Lets everything that is only waiting for promises come to its end. */
const settle = () => new Promise((resolve) => setImmediate(resolve))
const statuses = () => states.map((state) => state.status)
const onDisk = async () => (await disk.inner.open(ann)).entries.map((entry) => entry.clientId)

describe('while all is well it is the store itself:', () => {
  // Outside of a space it answers, and what cannot be kept it leaves out: that is what it is for.
  const shared = localStoreContract.filter(({ name }) => !/outside of a space|cannot be kept/.test(name))
  test.each(shared)('$name', ({ run }) =>
    run(async () => {
      const inner = memoryStore()
      return {
        store: () =>
          new GuardedStore(inner, { clock, onState: () => undefined, onReopened: () => undefined }),
      }
    }),
  )
})

test('it says ok, or memory for a store that keeps nothing, and leaves no timer behind', async () => {
  await store.open(ann)
  await store.write({ putEntries: [entryOf('c1')] })
  await store.readChunks('r1', [0])
  expect(store.state()).toEqual({ status: 'ok' })
  expect(clock.timers()).toBe(0)
  expect(states).toEqual([])
  const memory = new GuardedStore(memoryStore(), {
    clock,
    onState: () => undefined,
    onReopened: () => undefined,
  })
  await memory.open(ann)
  expect(memory.state()).toEqual({ status: 'memory' })
})

test('an open that hangs is over after 3 s, and what waits is written when it comes after all', async () => {
  await disk.inner.open(ann)
  await disk.inner.write({ putEntries: [entryOf('old')] })
  disk.trouble = 'hang'
  const opening = store.open(ann)
  clock.pass(3_000)
  expect(await opening).toEqual({ meta: null, rooms: [], entries: [] })
  expect(store.state().status).toBe('memory')
  await expect(store.write({ putEntries: [entryOf('c1')] })).rejects.toMatchObject({ reason: 'timeout' })
  disk.letGo()
  await settle()
  expect(reopened.map((snapshot) => snapshot.entries)).toEqual([[entryOf('old')]])
  expect(statuses()).toEqual(['memory', 'ok'])
  expect(await onDisk()).toEqual(['old', 'c1'])
  expect(clock.timers()).toBe(0)
})

test('a place that was silent is not waited for a second time: it comes in behind', async () => {
  disk.trouble = 'hang'
  const first = store.open({ ...ann, userId: null })
  clock.pass(3_000)
  await first
  const second = store.open(ann)
  clock.pass(0)
  expect(await second).toEqual({ meta: null, rooms: [], entries: [] })
  expect(store.state().status).toBe('memory')
  disk.letGo()
  await settle()
  expect(store.state()).toEqual({ status: 'ok' })
  disk.trouble = 'hang'
  // It has answered since: it has its time again.
  let isOver = false
  void store.open(ann).then(() => {
    isOver = true
  })
  clock.pass(2_999)
  await settle()
  expect(isOver).toBe(false)
  disk.letGo()
  await settle()
  expect(isOver).toBe(true)
})

test('two opens that come late, one behind the other: it is ok only when what waits is kept', async () => {
  disk.trouble = 'hang'
  const first = store.open(ann)
  clock.pass(3_000)
  await first
  await expect(store.write({ putEntries: [entryOf('c1')] })).rejects.toMatchObject({ reason: 'timeout' })
  clock.pass(1_000)
  expect(disk.calls).toEqual(['open', 'open'])
  disk.letGo()
  disk.trouble = 'hang'
  await settle()
  expect(disk.calls).toEqual(['open', 'open', 'write'])
  expect(store.state().status).toBe('memory')
  disk.letGo()
  await settle()
  expect(store.state()).toEqual({ status: 'ok' })
  expect(await onDisk()).toEqual(['c1'])
})

test('a blocked open is tried again after 1, 2, 4 … 30 s', async () => {
  disk.trouble = 'blocked'
  await store.open(ann)
  expect(store.state()).toEqual({ status: 'memory', reason: 'made by the test: blocked' })
  for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
    const before = disk.calls.length
    clock.pass(seconds * 1_000 - 1)
    expect(disk.calls.length).toBe(before)
    clock.pass(1)
    expect(disk.calls.length).toBe(before + 1)
    await settle()
  }
  disk.trouble = null
  clock.pass(30_000)
  await settle()
  expect(store.state()).toEqual({ status: 'ok' })
  expect(reopened).toHaveLength(1)
})

test.each(['deleted', 'unavailable'] as const)(
  '`%s` is not tried again: memory until the next open',
  async (reason) => {
    await store.open(ann)
    disk.trouble = reason
    await expect(store.write({ putEntries: [entryOf('c1')] })).rejects.toMatchObject({ reason })
    expect(store.state().status).toBe('memory')
    expect(clock.timers()).toBe(0)
    await expect(store.write({ putEntries: [entryOf('c2')] })).rejects.toMatchObject({ reason })
    disk.trouble = null
    await store.open(ann)
    expect(store.state()).toEqual({ status: 'ok' })
  },
)

test('a cold start with nobody known says memory before anything is sent', async () => {
  await store.open({ ...ann, userId: null })
  expect(store.state().status).toBe('memory')
  await expect(store.write({ putEntries: [entryOf('c1')] })).rejects.toMatchObject({ reason: 'unavailable' })
  await store.open(ann)
  await store.write({ putEntries: [entryOf('c1')] })
  expect(store.state()).toEqual({ status: 'ok' })
})

test('a lost handle degrades, what came meanwhile waits in order, and goes out as one write', async () => {
  await store.open(ann)
  disk.trouble = 'lost'
  await expect(store.write({ putEntries: [entryOf('c1')] })).rejects.toMatchObject({ reason: 'lost' })
  expect(store.state()).toEqual({ status: 'degraded', reason: 'made by the test: lost' })
  await expect(store.write({ putEntries: [entryOf('c2', 2)] })).rejects.toMatchObject({ reason: 'lost' })
  await expect(store.write({ deleteEntries: ['c1'] })).rejects.toMatchObject({ reason: 'lost' })
  disk.trouble = null
  disk.calls = []
  clock.pass(1_000)
  await settle()
  expect(disk.calls).toEqual(['open', 'write'])
  expect(await onDisk()).toEqual(['c2'])
  expect(statuses()).toEqual(['degraded', 'ok'])
})

test('what came while a write was failing is kept behind it', async () => {
  await store.open(ann)
  disk.trouble = 'hang'
  const failing = store
    .write({ putEntries: [entryOf('c1'), entryOf('c2', 2)] })
    .catch((error: unknown) => error)
  const behind = store.write({ deleteEntries: ['c1'] }).catch((error: unknown) => error)
  disk.letGo('lost')
  expect(await failing).toMatchObject({ reason: 'lost' })
  expect(await behind).toMatchObject({ reason: 'lost' })
  disk.trouble = null
  clock.pass(1_000)
  await settle()
  expect(await onDisk()).toEqual(['c2'])
})

test('a write that hangs, and those behind it, answer after 4 s; it is ok again when it arrives', async () => {
  await store.open(ann)
  disk.trouble = 'hang'
  const writing = store.write({ putEntries: [entryOf('c1')] })
  const outcome = writing.catch((error: unknown) => error)
  clock.pass(3_000)
  const behind = store.write({ putEntries: [entryOf('c2', 2)] }).catch((error: unknown) => error)
  clock.pass(1_000)
  expect(await outcome).toMatchObject({ reason: 'timeout' })
  expect(await behind).toMatchObject({ reason: 'timeout' })
  expect(store.state().status).toBe('degraded')
  await expect(store.write({ putEntries: [entryOf('c3', 3)] })).rejects.toMatchObject({ reason: 'timeout' })
  disk.letGo()
  await settle()
  expect(store.state()).toEqual({ status: 'ok' })
  expect(await onDisk()).toEqual(['c1', 'c2', 'c3'])
})

test('on a full disk the rooms viewed longest ago make room, and the write is kept whole', async () => {
  await store.open(ann)
  disk.capacity = 3
  for (const [i, name] of ['r1', 'r2', 'r3'].entries())
    await store.write({ rooms: [roomOf(name, i)], chunks: [chunkOf(name)] })
  await store.write({ rooms: [roomOf('r4', 9)], chunks: [chunkOf('r4')], putEntries: [entryOf('c1')] })
  expect(statuses()).toEqual(['degraded', 'ok'])
  expect([...disk.full]).toEqual(['r2', 'r3', 'r4'])
  const { rooms, entries } = await disk.inner.open(ann)
  expect(rooms.find((room) => room.roomId === 'r1')).toEqual({ ...roomOf('r1', 0), cursor: 0, ranges: [] })
  expect(entries).toHaveLength(1)
})

test('on a disk with no room for any message the outbox is kept still', async () => {
  await store.open(ann)
  disk.capacity = 0
  await store.write({ rooms: [roomOf('r1')], chunks: [chunkOf('r1')], putEntries: [entryOf('c1')] })
  expect(await onDisk()).toEqual(['c1'])
  expect((await disk.inner.open(ann)).rooms).toEqual([{ ...roomOf('r1'), cursor: 0, ranges: [] }])
})

test('what waits for the disk has a bound: messages go, the outbox never', async () => {
  await store.open(ann)
  disk.trouble = 'lost'
  const many = Array.from({ length: 160 }, (_, index) => ({
    roomId: 'r1',
    index,
    messages: Array.from({ length: 127 }, (_, i) => sampleRow(index * 128 + i + 1, 1)),
  }))
  for (const [i, chunk] of many.entries())
    await store
      .write({ rooms: [roomOf('r1')], chunks: [chunk], putEntries: [entryOf(`c${i}`, i)] })
      .catch(() => 0)
  disk.trouble = null
  clock.pass(30_000)
  await settle()
  expect(await onDisk()).toHaveLength(160)
  await disk.inner.open(ann)
  const kept = await disk.inner.readChunks(
    'r1',
    many.map((chunk) => chunk.index),
  )
  expect(kept.length).toBeLessThan(10)
})

test('reading never rejects nor hangs: what cannot be had is a hole', async () => {
  await store.open(ann)
  await store.write({ rooms: [roomOf('r1')], chunks: [chunkOf('r1')] })
  disk.trouble = 'corrupt'
  expect(await store.readChunks('r1', [0])).toEqual([])
  expect(store.state()).toEqual({ status: 'ok' })
  disk.trouble = 'hang'
  const reading = store.readChunks('r1', [0])
  clock.pass(4_000)
  expect(await reading).toEqual([])
  expect(store.state().status).toBe('degraded')
})

test('a wipe reaches a place that could not be opened so far, and says so when it cannot', async () => {
  await disk.inner.open(ann)
  await disk.inner.write({ putEntries: [entryOf('old')] })
  disk.trouble = 'blocked'
  await store.open(ann)
  await expect(store.wipe()).rejects.toMatchObject({ reason: 'blocked' })
  expect(await onDisk()).toEqual(['old'])
  disk.trouble = null
  await store.wipe()
  expect(await onDisk()).toEqual([])
  await expect(store.write({ putEntries: [entryOf('c1')] })).rejects.toMatchObject({ reason: 'unavailable' })
  expect(clock.timers()).toBe(0)
})

test('closing writes what waits, but not for ever', async () => {
  await store.open(ann)
  const writing = store.write({ putEntries: [entryOf('c1')] })
  await store.close()
  await writing
  expect(await onDisk()).toEqual(['c1'])
  await store.open(ann)
  disk.trouble = 'hang'
  const stuck = store.write({ putEntries: [entryOf('c2')] }).catch((error: unknown) => error)
  const closing = store.close()
  clock.pass(4_000)
  await closing
  expect(await stuck).toBeInstanceOf(LocalStoreError)
  disk.letGo()
  await settle()
  expect(clock.timers()).toBe(0)
})

test('opening again does not wait for a write of the place before that hangs', async () => {
  await store.open(ann)
  disk.trouble = 'hang'
  const stuck = store.write({ putEntries: [entryOf('c1')] }).catch((error: unknown) => error)
  disk.trouble = null
  await store.open({ ...ann, userId: 'bob' })
  expect(await stuck).toMatchObject({ reason: 'unavailable' })
  await store.write({ putEntries: [entryOf('c2')] })
  expect(store.state()).toEqual({ status: 'ok' })
})
