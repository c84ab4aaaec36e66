import { expect, test } from 'vitest'
import { memoryStore } from '../storage/backends/memory'
import { ROOM, type TestClient, World } from '../test-support/testing-world'
import { createFaults, type Faults } from './create-faults'

const newDisk = () => ({ ...memoryStore(), kind: 'file' as const })
const bad = async (world: World, user: string, faults: Faults, storage = newDisk()): Promise<TestClient> => {
  const client = world.client(user, {
    storage: faults.storage(storage),
    ports: { wrapTransport: faults.wrapTransport },
  })
  void client.room.open()
  await world.rest(1_000)
  return client
}
const sentIn = (world: World): string[] => world.server.room(ROOM).messages.map((row) => row.content)
const texts = (count: number, of: string): string[] => Array.from({ length: count }, (_, n) => `${of} ${n}`)

test('a network without faults changes nothing', async () => {
  const world = new World()
  const faults = createFaults({ clock: world.clock })
  const ada = await bad(world, 'ada', faults)
  for (const text of texts(3, 'ada')) ada.room.send(text)
  await world.rest()
  expect(sentIn(world)).toEqual(texts(3, 'ada'))
  expect(faults.getState().counts).toEqual({ lost: 0, doubled: 0, reordered: 0, cuts: 0, refusedWrites: 0 })
})

test.each([1, 2, 3, 4, 5])(
  'with loss, doubles, overtaking, delay and cuts all of it arrives once and in order (seed %i)',
  async (seed) => {
    const world = new World()
    const faults = {
      ada: createFaults({ seed, clock: world.clock }),
      bob: createFaults({ seed: seed + 100, clock: world.clock }),
    }
    const ada = await bad(world, 'ada', faults.ada)
    const bob = await bad(world, 'bob', faults.bob)
    for (const one of [faults.ada, faults.bob])
      one.set({ loss: 0.2, double: 0.2, reorder: 0.3, latencyMs: 80, cutEveryMs: 4_000 })
    for (let n = 0; n < 40; n++) {
      ada.room.send(`ada ${n}`)
      bob.room.send(`bob ${n}`)
      await world.rest(300)
    }
    await world.rest()
    for (const what of ['lost', 'doubled', 'reordered', 'cuts'] as const)
      expect(faults.ada.getState().counts[what] + faults.bob.getState().counts[what]).toBeGreaterThan(0)
    faults.ada.calm()
    faults.bob.calm()
    await world.rest()
    const all = sentIn(world)
    for (const [user, own] of [
      ['ada', texts(40, 'ada')],
      ['bob', texts(40, 'bob')],
    ] as const)
      expect(all.filter((text) => text.startsWith(user))).toEqual(own)
    expect(ada.contents()).toEqual(all)
    expect(bob.contents()).toEqual(all)
  },
)

test('offline ends the connection and lets none begin, until the network is back', async () => {
  const world = new World()
  const faults = createFaults({ clock: world.clock })
  const ada = await bad(world, 'ada', faults)
  faults.set({ network: 'offline' })
  expect(ada.chat.getState().connection).toMatchObject({ status: 'waiting', error: { code: 'OFFLINE' } })
  ada.room.send('later')
  await world.rest(60_000)
  expect(sentIn(world)).toEqual([])
  faults.calm()
  await world.rest(60_000)
  expect(sentIn(world)).toEqual(['later'])
})

test('a half-open connection looks up, carries nothing, and is found dead', async () => {
  const world = new World()
  const faults = createFaults({ clock: world.clock })
  const ada = await bad(world, 'ada', faults)
  faults.set({ network: 'half-open' })
  expect(ada.chat.getState().connection.status).toBe('online')
  ada.room.send('into nothing')
  await world.rest(20_000)
  expect(sentIn(world)).toEqual([])
  expect(ada.chat.getState().connection.status).not.toBe('online')
  faults.calm()
  await world.rest()
  expect(sentIn(world)).toEqual(['into nothing'])
})

test('a client that crashes in mid-send leaves on the disk what the next one sends, once', async () => {
  const world = new World()
  const disk = newDisk()
  const first = createFaults({ clock: world.clock })
  const ada = await bad(world, 'ada', first, disk)
  first.set({ network: 'half-open' })
  for (const text of texts(5, 'kept')) ada.room.send(text)
  await world.tick()
  first.crash()
  await ada.chat.close()
  await world.rest()
  expect(sentIn(world)).toEqual([])
  await bad(world, 'ada', createFaults({ clock: world.clock }), disk)
  await world.rest()
  expect(sentIn(world)).toEqual(texts(5, 'kept'))
})

test('nothing of a crashed client reaches the disk any more', async () => {
  const world = new World()
  const disk = newDisk()
  const first = createFaults({ clock: world.clock })
  const ada = await bad(world, 'ada', first, disk)
  first.set({ network: 'half-open' })
  first.crash()
  ada.room.send('too late')
  await world.rest()
  await ada.chat.close()
  await bad(world, 'ada', createFaults({ clock: world.clock }), disk)
  await world.rest()
  expect(sentIn(world)).toEqual([])
})

test('a full disk shows as degraded storage, holds up no message, and is left behind', async () => {
  const world = new World()
  const faults = createFaults({ clock: world.clock })
  const ada = await bad(world, 'ada', faults)
  faults.set({ disk: 'full' })
  ada.room.send('not kept')
  await world.rest()
  expect(sentIn(world)).toEqual(['not kept'])
  expect(ada.chat.getState().storage.status).toBe('degraded')
  expect(faults.getState().counts.refusedWrites).toBeGreaterThan(0)
  faults.calm()
  ada.room.send('kept')
  await world.rest(600_000)
  expect(ada.chat.getState().storage.status).toBe('ok')
})

test('its listeners are called after the change, not inside the transition that it struck in', async () => {
  const world = new World()
  const faults = createFaults({ clock: world.clock })
  let calls = 0
  const stop = faults.subscribe(() => calls++)
  faults.set({ loss: 1 })
  faults.set({ loss: 0.5 })
  expect(calls).toBe(0)
  await world.tick()
  expect(calls).toBe(1)
  stop()
  faults.calm()
  await world.tick()
  expect(calls).toBe(1)
})
