import { expect, test } from 'vitest'
import { copyOn, hooked } from '../test-support/copies'
import { refusal } from '../test-support/model-server'
import { filled, reload } from '../test-support/reload'
import { expectConverged, ROOM } from '../test-support/testing-world'
import { memoryStore } from './backends/memory'
import { LocalStoreError } from './port'

test('what another tab leaves on a disk that is opened again goes out in the order of its making (seed 613147)', async () => {
  const world = filled(1)
  const disk = memoryStore()
  let isLost = false
  const moody = hooked(disk, {
    save: (_, save) => (isLost ? Promise.reject(new LocalStoreError('lost', 'no handle')) : save()),
  })
  const ada = await world.live('ada', { storage: moody })
  ada.connection.silent = true
  ada.connection.cut()
  void ada.room.send('first')
  await world.pass(1_000)
  const copy = copyOn(disk)
  const [kept] = (await copy.open({ url: 'test:', userId: 'ada' })).entries
  if (kept === undefined) throw new Error('it is on the disk')
  const data = { ...(kept.data as object), id: 'gone-000001', content: 'second' }
  const left = { ...kept, clientId: 'gone-000001', order: world.clock.now(), data }
  await copy.write({ putEntries: [left] })
  isLost = true
  ada.room.setDraft('a write that fails')
  await world.pass(1_000)
  isLost = false
  await world.pass(30_000)
  expect(ada.contents().slice(1)).toEqual(['first', 'second'])
  ada.connection.silent = false
  await world.rest(60_000)
  expect(world.server.room(ROOM).messages.map(({ content }) => content)).toEqual(['old 1', 'first', 'second'])
})

test('what is unsent on a disk that does not name its user goes out when it opens at last (seed 54765)', async () => {
  const world = filled(1)
  const disk = memoryStore()
  const first = await world.live('ada', { storage: disk })
  first.connection.cut()
  first.connection.silent = true
  void first.room.send('of the session before')
  await world.rest(1_000)
  let [isLost, opens] = [true, 0]
  const moody = hooked(disk, {
    open: async (open) => {
      if (isLost) throw new LocalStoreError('timeout', 'no answer')
      const space = await open()
      // Every tab writes its entries, but only the owner writes whose space it is, and it never got to it.
      if (opens++ === 0) await space.save({ remove: [['meta'], ['rooms'], ['chunks']] })
      return space
    },
  })
  const second = await reload(world, first, moody)
  second.connection.silent = false
  await world.rest(20_000)
  expect(second.chat.getState()).toMatchObject({ connection: { status: 'online' }, unsent: 0 })
  isLost = false
  await world.rest(60_000)
  const texts = world.server.room(ROOM).messages.map((row) => row.content)
  expect(texts).toEqual(['old 1', 'of the session before'])
  expectConverged(world, second)
})

test('what waits to be sent when the disk opens at last goes behind what is on it (seed 517737)', async () => {
  const world = filled(1)
  const disk = memoryStore()
  const first = await world.live('ada', { storage: disk })
  first.connection.cut()
  first.connection.silent = true
  void first.room.send('of the session before')
  await world.rest(1_000)
  let isHanging = true
  const waiting: (() => void)[] = []
  const late = hooked(disk, {
    open: async (open) => {
      if (isHanging) await new Promise<void>((resolve) => waiting.push(resolve))
      return open()
    },
  })
  const second = await reload(world, first, late)
  // By its clock it is earlier than the session before.
  world.clock.set(-3_600_000)
  void second.room.send('from memory')
  await world.rest(4_000)
  world.server.refuse = (_, event) => (event.startsWith('send-') ? refusal('RATE_LIMITED') : undefined)
  second.connection.silent = false
  second.connection.cut()
  await world.rest(10_000)
  void second.room.send('still waiting')
  await world.rest(1_000)
  expect(second.chat.getState()).toMatchObject({
    connection: { status: 'online' },
    storage: { status: 'memory' },
  })
  isHanging = false
  for (const open of waiting) open()
  await world.rest(1_000)
  world.server.refuse = () => undefined
  await world.rest(90_000)
  const texts = world.server.room(ROOM).messages.map((row) => row.content)
  expect(texts).toEqual(['old 1', 'of the session before', 'from memory', 'still waiting'])
  expectConverged(world, second)
})
