import { beforeEach, describe, expect, test } from 'vitest'
import { copyOn } from '../test-support/copies'
import { memoryStore } from './backends/memory'
import { TroubledCopy } from './troubled-copy'
import { ann, metaOfAnn, settle, writerScene } from './writer-scene'

let disk: TroubledCopy
let scene: ReturnType<typeof writerScene>
beforeEach(() => {
  disk = new TroubledCopy()
  scene = writerScene(disk)
})

const onDisk = async () => (await disk.inner.open(ann)).entries.map((entry) => entry.clientId)
const kept = () => disk.inner.open(ann)
const writes = () => disk.calls.filter((call) => call === 'write').length

test('an entry waits for its write, the state stays as it is, and no timer is left behind', async () => {
  await scene.open()
  scene.send('c1')
  expect(scene.at('c1')).toBe('storing')
  await settle()
  expect(scene.at('c1')).toBe('ready')
  expect(await onDisk()).toEqual(['c1'])
  expect(scene.clock.timers()).toBe(0)
  expect(scene.states).toEqual([])
})

test('a store that keeps nothing is `memory` once it is open', async () => {
  scene = writerScene(copyOn(memoryStore()))
  await scene.open()
  scene.send('c1')
  await settle()
  expect(scene.at('c1')).toBe('ready')
})

test('what changes while a write is under way is composed when it has ended: one write for all of it', async () => {
  await scene.open()
  await settle()
  disk.trouble = 'hang'
  const before = writes()
  scene.send('c1')
  await settle()
  for (let i = 2; i <= 50; i++) scene.send(`c${i}`)
  scene.store.dispatch('r1', { type: 'draft', text: 'first' })
  scene.store.dispatch('r1', { type: 'draft', text: 'second' })
  scene.cancel('c3')
  scene.clock.pass(250)
  await settle()
  expect(writes()).toBe(before + 1)
  disk.letGo()
  await settle()
  expect(writes()).toBe(before + 2)
  expect((await onDisk()).length).toBe(49)
  expect((await kept()).rooms).toMatchObject([{ roomId: 'r1', draft: 'second' }])
})

test('a draft is written at once: it survives a reload that follows the last key', async () => {
  await scene.open()
  await settle()
  scene.store.dispatch('r1', { type: 'draft', text: 'half a sent' })
  await settle()
  expect((await kept()).rooms).toMatchObject([{ roomId: 'r1', draft: 'half a sent' }])
  expect(scene.clock.timers()).toBe(0)
})

test('an open that hangs ends after 3 s, and waiting data is written if it succeeds later', async () => {
  await disk.inner.open(ann)
  await disk.inner.write({ putEntries: [{ clientId: 'old', roomId: 'r1', order: 0, data: {} }] })
  disk.trouble = 'hang'
  const opening = scene.open()
  scene.clock.pass(3_000)
  expect(await opening).toEqual({ meta: null, rooms: [], entries: [] })
  expect(scene.state().status).toBe('memory')
  scene.send('c1')
  await settle()
  expect(scene.at('c1')).toBe('ready')
  disk.letGo()
  await settle()
  expect(scene.reopened.map(({ entries }) => entries.map(({ clientId }) => clientId))).toEqual([['old']])
  expect(scene.statuses()).toEqual(['memory', 'ok'])
  expect(await onDisk()).toEqual(['old', 'c1'])
  expect(scene.clock.timers()).toBe(0)
})

test('a place that was silent is not waited for a second time: it comes in behind', async () => {
  disk.trouble = 'hang'
  const first = scene.writer.open({ ...ann, userId: null })
  scene.clock.pass(3_000)
  await first
  const second = scene.open()
  scene.clock.pass(0)
  expect(await second).toEqual({ meta: null, rooms: [], entries: [] })
  expect(scene.state().status).toBe('memory')
  disk.letGo()
  await settle()
  expect(scene.state()).toEqual({ status: 'ok' })
  disk.trouble = 'hang'
  // It has answered since: it has its time again.
  let isOver = false
  void scene.writer.open(ann).then(() => {
    isOver = true
  })
  scene.clock.pass(2_999)
  await settle()
  expect(isOver).toBe(false)
  disk.letGo()
  await settle()
  expect(isOver).toBe(true)
})

test('an open that comes late is not begun again meanwhile, and it is ok only when what waits is kept', async () => {
  disk.trouble = 'hang'
  const first = scene.open()
  scene.clock.pass(3_000)
  await first
  scene.send('c1')
  await settle()
  scene.clock.pass(1_000)
  expect(disk.calls).toEqual(['open'])
  disk.letGo()
  disk.trouble = 'hang'
  await settle()
  expect(disk.calls).toEqual(['open', 'write'])
  expect(scene.state().status).toBe('memory')
  disk.letGo()
  await settle()
  expect(scene.state()).toEqual({ status: 'ok' })
  expect(await onDisk()).toEqual(['c1'])
})

test('a blocked open is tried again after 1, 2, 4 … 30 s', async () => {
  disk.trouble = 'blocked'
  await scene.open()
  expect(scene.state()).toEqual({ status: 'memory', reason: 'made by the test: blocked' })
  for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
    const before = disk.calls.length
    scene.clock.pass(seconds * 1_000 - 1)
    expect(disk.calls.length).toBe(before)
    scene.clock.pass(1)
    await settle()
    expect(disk.calls.length).toBe(before + 1)
  }
  disk.trouble = null
  scene.clock.pass(30_000)
  await settle()
  expect(scene.state()).toEqual({ status: 'ok' })
  expect(scene.reopened).toHaveLength(1)
})

test.each(['deleted', 'unavailable'] as const)(
  '`%s` is not tried again: memory until the next open',
  async (reason) => {
    await scene.open()
    await settle()
    disk.trouble = reason
    scene.send('c1')
    await settle()
    expect(scene.state().status).toBe('memory')
    expect(scene.clock.timers()).toBe(0)
    scene.send('c2')
    await settle()
    expect([scene.at('c1'), scene.at('c2')]).toEqual(['ready', 'ready'])
    disk.trouble = null
    await scene.open()
    await settle()
    expect(scene.state()).toEqual({ status: 'ok' })
    expect(await onDisk()).toEqual(['c1', 'c2'])
  },
)

test('a cold start without a known user reports memory before anything is sent, and stores it once the user is known', async () => {
  await scene.writer.open({ ...ann, userId: null })
  expect(scene.state().status).toBe('memory')
  scene.send('c1')
  await settle()
  expect(scene.at('c1')).toBe('storing')
  await scene.open()
  await settle()
  expect(scene.at('c1')).toBe('ready')
  expect(await onDisk()).toEqual(['c1'])
  expect(scene.state()).toEqual({ status: 'ok' })
})

test('a lost handle degrades, what came meanwhile goes out from memory, and then goes to the disk as one write', async () => {
  await scene.open()
  await settle()
  disk.trouble = 'lost'
  scene.send('c1')
  await settle()
  expect(scene.state()).toEqual({ status: 'degraded', reason: 'made by the test: lost' })
  scene.send('c2')
  scene.cancel('c1')
  await settle()
  expect(scene.at('c2')).toBe('ready')
  disk.trouble = null
  disk.calls = []
  scene.clock.pass(1_000)
  await settle()
  expect(disk.calls).toEqual(['open', 'write'])
  expect(await onDisk()).toEqual(['c2'])
  expect(scene.statuses()).toEqual(['degraded', 'ok'])
})

test('what came while a write was failing is kept with it', async () => {
  await scene.open()
  await settle()
  disk.trouble = 'hang'
  scene.send('c1')
  scene.send('c2')
  await settle()
  scene.cancel('c1')
  await settle()
  disk.letGo('lost')
  await settle()
  expect(scene.at('c2')).toBe('ready')
  disk.trouble = null
  scene.clock.pass(1_000)
  await settle()
  expect(await onDisk()).toEqual(['c2'])
})

test('a write that hangs holds up nothing for longer than 4 s; it is ok again when all is kept', async () => {
  await scene.open()
  await settle()
  disk.trouble = 'hang'
  scene.send('c1')
  await settle()
  scene.clock.pass(3_000)
  scene.send('c2')
  await settle()
  expect([scene.at('c1'), scene.at('c2')]).toEqual(['storing', 'storing'])
  scene.clock.pass(1_000)
  expect([scene.at('c1'), scene.at('c2')]).toEqual(['ready', 'ready'])
  expect(scene.state().status).toBe('degraded')
  scene.send('c3')
  await settle()
  expect(scene.at('c3')).toBe('ready')
  disk.letGo()
  await settle()
  expect(scene.state()).toEqual({ status: 'ok' })
  expect(await onDisk()).toEqual(['c1', 'c2', 'c3'])
})

test('entries written with rows keep waiting when another tab has written rows meanwhile', async () => {
  let isWriter = true
  scene = writerScene(disk, { r1: 1 }, { writesRows: () => isWriter, onLostWriter: () => (isWriter = false) })
  await scene.open()
  await settle()
  const other = await disk.inner.open(ann)
  await disk.inner.write({ rooms: other.rooms })
  scene.send('c1')
  scene.store.dispatch('r1', { type: 'draft', text: 'mine' })
  const before = writes()
  disk.trouble = 'hang'
  await settle()
  expect(scene.at('c1')).toBe('storing')
  disk.letGo()
  await settle()
  // One that is refused as `taken`, one of the entries alone.
  expect([writes() - before, scene.at('c1'), isWriter]).toEqual([2, 'ready', false])
  expect(await onDisk()).toEqual(['c1'])
  expect((await kept()).rooms).toMatchObject([{ draft: 'draft of r1' }])
  expect(scene.states).toEqual([])
})

test('reading never rejects nor hangs: what cannot be had is a hole', async () => {
  scene = writerScene(disk, { r1: 1 })
  await scene.open()
  await settle()
  expect(await scene.writer.readChunks('r1', [0])).toHaveLength(1)
  disk.trouble = 'corrupt'
  expect(await scene.writer.readChunks('r1', [0])).toEqual([])
  expect(scene.state()).toEqual({ status: 'ok' })
  disk.trouble = 'hang'
  const reading = scene.writer.readChunks('r1', [0])
  scene.clock.pass(4_000)
  expect(await reading).toEqual([])
  expect(scene.state().status).toBe('degraded')
})

test('a wipe reaches a storage space that could not be opened so far, and reports it if it cannot', async () => {
  await disk.inner.open(ann)
  await disk.inner.write({ putEntries: [{ clientId: 'old', roomId: 'r1', order: 0, data: {} }] })
  disk.trouble = 'blocked'
  await scene.open()
  await expect(scene.writer.wipe()).rejects.toMatchObject({ reason: 'blocked' })
  expect(await onDisk()).toEqual(['old'])
  disk.trouble = null
  await scene.writer.wipe()
  expect(await onDisk()).toEqual([])
  scene.send('c1')
  await settle()
  expect(await onDisk()).toEqual([])
  expect(scene.clock.timers()).toBe(0)
})

test('closing writes what is dirty, but not for ever', async () => {
  await scene.open()
  scene.send('c1')
  scene.store.dispatch('r1', { type: 'draft', text: 'half a thought' })
  await scene.writer.close()
  expect(await onDisk()).toEqual(['c1'])
  expect((await kept()).rooms).toMatchObject([{ draft: 'half a thought' }])
  await scene.open()
  await settle()
  disk.trouble = 'hang'
  scene.send('c2')
  const closing = scene.writer.close()
  scene.clock.pass(4_000)
  await closing
  expect(scene.at('c2')).toBe('ready')
  disk.letGo()
  await settle()
  expect(scene.clock.timers()).toBe(0)
})

test('opening again does not wait for a write of the place before that hangs', async () => {
  await scene.open()
  await settle()
  disk.trouble = 'hang'
  scene.send('c1')
  await settle()
  disk.trouble = null
  scene.writer.pause()
  await scene.writer.open({ ...ann, userId: 'bob' })
  expect(scene.at('c1')).toBe('ready')
  scene.writer.begin({ ...metaOfAnn, epoch: 'e1' })
  scene.send('c2')
  await settle()
  expect(scene.at('c2')).toBe('ready')
  expect(scene.state()).toEqual({ status: 'ok' })
})

describe('a full disk', () => {
  /** Three rooms with rows were kept, r1 viewed longest ago; then a fourth comes. */
  async function withFourth() {
    scene = writerScene(disk, { r1: 1, r2: 2, r3: 3 })
    await scene.open()
    await scene.writer.close()
    disk.capacity = 3
    scene = writerScene(disk, { r4: 9 })
    const { rooms } = await scene.writer.open(ann)
    for (const room of rooms)
      scene.store.dispatch(room.roomId, { type: 'restored', room, entries: [], after: 0 })
    scene.send('c1')
    scene.writer.begin(metaOfAnn)
    await settle()
  }

  test('takes the rows of the rooms viewed longest ago for the new ones, and all of the write is kept', async () => {
    await withFourth()
    expect(scene.statuses()).toEqual(['degraded', 'ok'])
    expect([...disk.full].sort()).toEqual(['r2', 'r3', 'r4'])
    const { rooms, entries } = await kept()
    expect(rooms.find(({ roomId }) => roomId === 'r1')).toMatchObject({
      draft: 'draft of r1',
      cursor: 0,
      ranges: [],
    })
    expect(rooms.find(({ roomId }) => roomId === 'r4')).toMatchObject({ ranges: [{ from: 1, to: 2 }] })
    expect(entries).toHaveLength(1)
  })

  test('with no room for any message keeps the outbox still', async () => {
    disk.capacity = 0
    scene = writerScene(disk, { r1: 1 })
    await scene.open()
    scene.send('c1')
    await settle()
    expect(await onDisk()).toEqual(['c1'])
    const { rooms } = await kept()
    expect(rooms).toMatchObject([{ roomId: 'r1', draft: 'draft of r1', cursor: 0, ranges: [] }])
    expect(scene.state()).toEqual({ status: 'ok' })
  })
})
