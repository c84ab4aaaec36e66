import { describe, expect, test } from 'vitest'
import { memoryStore } from '../storage/backends/memory'
import { type LocalStore, LocalStoreError } from '../storage/port'
import { copyOn, hooked } from '../test-support/copies'
import { killable } from '../test-support/killable-store'
import { TabsWorld } from '../test-support/tabs-world'
import { expectConverged, ROOM, type TestClient, World } from '../test-support/testing-world'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const YEAR_MS = 365 * DAY_MS
const SKEWS = { 'forward by 90 days': 90 * DAY_MS, 'back by 90 days': -90 * DAY_MS } as const
const AHEAD = [0, YEAR_MS, -YEAR_MS]

/** Two years after the beginning of time, so that a clock that is set back is not before it. */
const newWorld = async (): Promise<World> => {
  const world = new World()
  await world.pass(2 * YEAR_MS)
  return world
}
const offline = ({ connection }: TestClient): void => {
  connection.silent = true
  connection.cut()
}
const online = async (world: World, ada: TestClient): Promise<void> => {
  ada.connection.silent = false
  await world.rest()
  expect(ada.chat.getState().connection.status).toBe('online')
}
const theirs = (world: World): string[] => world.server.room(ROOM).messages.map((row) => row.content)

describe.each(Object.entries(SKEWS))('the clock is set %s', (_, byMs) => {
  test('while a message waits: it is not held back, and goes out', async () => {
    const world = await newWorld()
    const ada = await world.live('ada')
    offline(ada)
    ada.room.send('on my way')
    world.clock.set(byMs)
    await world.pass(60_000)
    expect(ada.room.messages()).toMatchObject([{ status: 'queued' }])
    await online(world, ada)
    expect(theirs(world)).toEqual(['on my way'])
  })

  test('while a message waits: it is held back after as long as ever', async () => {
    const world = await newWorld()
    const ada = await world.live('ada', { maxUnsentAgeMs: HOUR_MS })
    offline(ada)
    ada.room.send('on my way')
    await world.pass(HOUR_MS / 2)
    world.clock.set(byMs)
    await world.pass(HOUR_MS / 2 - 1)
    expect(ada.room.messages()).toMatchObject([{ status: 'queued' }])
    await world.pass(1)
    expect(ada.room.messages()).toMatchObject([{ status: 'failed', error: { code: 'EXPIRED' } }])
  })

  test('between two runs, and the disk opens late: what is older goes first (seed 3457)', async () => {
    const world = await newWorld()
    const disk = memoryStore()
    const before = await world.live('ada', { storage: disk })
    offline(before)
    before.room.send('first')
    await world.rest(1_000)
    await before.chat.close()
    world.clock.set(byMs)
    let opens = 0
    const late = hooked(disk, {
      open: (open) => (++opens === 1 ? Promise.reject(new LocalStoreError('timeout', 'no answer')) : open()),
    })
    const after = world.client('ada', { storage: late })
    after.connection.silent = true
    void after.room.open()
    await world.tick()
    after.room.send('second')
    await world.pass(2_000)
    await online(world, after)
    await world.rest(10_000)
    expect(theirs(world)).toEqual(['first', 'second'])
  })

  test('between two runs: what has waited for a minute goes out', async () => {
    const world = await newWorld()
    const disk = memoryStore()
    const ada = await world.live('ada', { storage: disk })
    await world.rest(1_000)
    offline(ada)
    ada.room.send('on my way')
    await world.pass(1_000)
    await ada.chat.close()
    await world.pass(60_000)
    world.clock.set(byMs)
    await world.live('ada', { storage: disk })
    await world.rest(10_000)
    expect(theirs(world)).toEqual(['on my way'])
  })

  test('between two runs: what has waited for two days is held back', async () => {
    const world = await newWorld()
    const disk = memoryStore()
    const ada = await world.live('ada', { storage: disk })
    await world.rest(1_000)
    offline(ada)
    ada.room.send('on my way')
    await world.pass(1_000)
    await ada.chat.close()
    await world.pass(2 * DAY_MS)
    world.clock.set(byMs)
    const next = await world.live('ada', { storage: disk })
    await world.rest(10_000)
    expect(theirs(world)).toEqual([])
    expect(next.room.messages()).toMatchObject([{ status: 'failed', error: { code: 'EXPIRED' } }])
  })

  test('between two tries: the next one comes when it was to come', async () => {
    const world = await newWorld()
    const ada = await world.live('ada')
    offline(ada)
    ada.connection.tokens.length = 0
    await world.pass(400)
    world.clock.set(byMs)
    await world.pass(50)
    expect(ada.connection.tokens).toHaveLength(0)
    await world.pass(50)
    expect(ada.connection.tokens).toHaveLength(1)
  })

  test('before a connection is lost: an app that counts down to the next try counts right', async () => {
    const world = await newWorld()
    const ada = await world.live('ada')
    const { connection: before } = ada.chat.getState()
    world.clock.set(byMs)
    offline(ada)
    const { connection } = ada.chat.getState()
    expect(connection).toMatchObject({ status: 'waiting', retryAt: world.clock.now() + 500 })
    expect(ada.chat.getState().connection).toBe(connection)
    await online(world, ada)
    const { connection: after } = ada.chat.getState()
    if (before.status !== 'online' || after.status !== 'online') throw new Error('online twice')
    expect(Math.abs(after.since - before.since - byMs)).toBeLessThan(120_000)
  })

  test('while a user types: they are shown, and for no longer than ever', async () => {
    const world = await newWorld()
    const ada = await world.live('ada')
    const types = (): void =>
      ada.connection.deliver({
        event: 'typing',
        payload: JSON.parse(
          JSON.stringify({
            roomId: ROOM,
            userId: 'bob',
            name: 'bob',
            until: new Date(world.clock.truth() + 5_000).toISOString(),
          }),
        ),
      })
    types()
    await world.settle()
    world.clock.set(byMs)
    await world.pass(1_000)
    expect(ada.room.getState().typing).toHaveLength(1)
    await world.pass(4_000)
    expect(ada.room.getState().typing).toHaveLength(0)
    types()
    await world.settle()
    expect(ada.room.getState().typing).toHaveLength(1)
  })

  test('while a read cursor waits for a higher one: it goes out in its time', async () => {
    const world = await newWorld()
    const ada = await world.live('ada')
    world.server.sendAs(ROOM, 'bob', 'hello')
    await world.settle()
    ada.room.markRead()
    world.clock.set(byMs)
    await world.pass(499)
    await world.settle()
    expect(ada.connection.served.filter(({ event }) => event === 'mark-read')).toHaveLength(0)
    await world.pass(1)
    await world.settle()
    expect(ada.connection.served.filter(({ event }) => event === 'mark-read')).toHaveLength(1)
  })

  test('while nothing else happens: a message written then shows the right time, as the server has it', async () => {
    const world = await newWorld()
    world.clock.set(byMs)
    const ada = await world.live('ada')
    offline(ada)
    ada.room.send('what time is it?')
    expect(ada.room.messages()[0]?.createdAt).toBe(new Date(world.clock.truth()).toISOString())
  })
})

describe('an entry made under a clock a year ahead', () => {
  /** What such a run leaves on the disk. */
  const left = async (world: World): Promise<LocalStore> => {
    const disk = memoryStore()
    const first = await world.live('ada', { storage: disk })
    await world.rest(1_000)
    world.clock.set(YEAR_MS)
    offline(first)
    first.room.send('from the future')
    await world.pass(1_000)
    await first.chat.close()
    world.clock.set(-YEAR_MS)
    return disk
  }

  test('keeps its place, and what comes after it goes out after it (I9)', async () => {
    const world = await newWorld()
    const disk = await left(world)
    const ada = world.client('ada', { storage: disk })
    ada.connection.silent = true
    ada.room.send('of the present')
    await world.pass(1_000)
    ada.room.send('a little later')
    ada.connection.cut()
    await online(world, ada)
    expect(theirs(world)).toEqual(['from the future', 'of the present', 'a little later'])
  })

  test('does not end EXPIRED: what is written after it is held back in its time', async () => {
    const world = await newWorld()
    const disk = await left(world)
    const ada = world.client('ada', { storage: disk, maxUnsentAgeMs: HOUR_MS })
    ada.connection.silent = true
    void ada.room.open()
    await world.pass(1_000)
    ada.room.send('of the present')
    await world.pass(HOUR_MS)
    expect(ada.room.messages()).toMatchObject([{ status: 'failed' }, { status: 'failed' }])
  })

  test('does not keep its room in the local copy for ever: the room viewed last is the newest', async () => {
    const world = await newWorld()
    world.server.addRoom('other', ['ada'])
    const disk = memoryStore()
    const first = await world.live('ada', { storage: disk })
    world.clock.set(YEAR_MS)
    void first.chat.room('other').open()
    await world.rest(1_000)
    await first.chat.close()
    world.clock.set(-YEAR_MS)
    const next = await world.live('ada', { storage: disk })
    next.room.close()
    await world.rest(3_000)
    void next.room.open()
    await world.rest(1_000)
    await next.chat.close()
    const { rooms } = await copyOn(disk).open({ url: 'test:', userId: 'ada' })
    expect([...rooms].sort((a, b) => b.usedAt - a.usedAt).map(({ roomId }) => roomId)).toEqual([
      ROOM,
      'other',
    ])
  })
})

test.each(AHEAD)(
  'what a version before this one left unsent two days ago is held back, what it left a minute ago goes out (the clock is %i ms wrong then)',
  async (wrongByMs) => {
    for (const [waitMs, expected] of [
      [2 * DAY_MS, wrongByMs > 0 ? ['old'] : []],
      [60_000, wrongByMs < 0 ? [] : ['old']],
    ] as const) {
      const world = await newWorld()
      const disk = memoryStore()
      const ada = await world.live('ada', { storage: disk })
      await world.rest(1_000)
      offline(ada)
      ada.room.send('old')
      await world.pass(1_000)
      await ada.chat.close()
      const copy = copyOn(disk)
      const [entry] = (await copy.open({ url: 'test:', userId: 'ada' })).entries
      if (entry === undefined) throw new Error('it is on the disk')
      // Its age was read from its place, which was the time of day.
      const { age, savedAt, serverAt, ...data } = entry.data as Record<string, unknown>
      expect([age, savedAt, serverAt]).not.toContain(undefined)
      await copy.write({ putEntries: [{ ...entry, order: entry.order + wrongByMs, data }] })
      await world.pass(waitMs)
      await world.live('ada', { storage: disk })
      await world.rest(10_000)
      expect(theirs(world)).toEqual(expected)
    }
  },
)

describe('the device sleeps for two days', () => {
  test('what was written before is held back when it wakes, what is written then goes out at once', async () => {
    const world = await newWorld()
    const ada = await world.live('ada')
    offline(ada)
    ada.room.send('before')
    await world.pass(1_000)
    world.clock.sleep(2 * DAY_MS)
    ada.room.send('after')
    await online(world, ada)
    expect(theirs(world)).toEqual(['after'])
    expect(ada.room.messages()).toMatchObject([
      { content: 'after', status: 'sent' },
      { content: 'before', status: 'failed', error: { code: 'EXPIRED' } },
    ])
  })

  test('and the program is killed before it was online again: the same', async () => {
    const world = await newWorld()
    const disk = memoryStore()
    const store = killable(disk)
    const ada = await world.live('ada', { storage: store })
    await world.rest(1_000)
    offline(ada)
    ada.room.send('before')
    await world.pass(1_000)
    world.clock.sleep(2 * DAY_MS)
    ada.room.send('after')
    await world.pass(1_000)
    store.kill()
    world.clients.length = 0
    await world.live('ada', { storage: disk })
    await world.rest(10_000)
    expect(theirs(world)).toEqual(['after'])
  })
})

test('an hour offline in each of three runs counts as three hours, even if the clock changes in between', async () => {
  const world = await newWorld()
  const disk = memoryStore()
  const first = await world.live('ada', { storage: disk })
  await world.rest(1_000)
  offline(first)
  first.room.send('on my way')
  await world.pass(HOUR_MS)
  await first.chat.close()
  world.clock.set(-YEAR_MS)
  const second = world.client('ada', { storage: disk })
  second.connection.silent = true
  void second.room.open()
  await world.pass(HOUR_MS)
  await second.chat.close()
  world.clock.set(2 * YEAR_MS)
  const third = await world.live('ada', { storage: disk, maxUnsentAgeMs: 2 * HOUR_MS + 1_000 })
  await world.rest(10_000)
  expect(theirs(world)).toEqual(['on my way'])
  await third.chat.close()
})

test('a tab that sends before its disk is open, under a clock set back, goes behind what its earlier life left to another (I9)', async () => {
  const world = new TabsWorld()
  const [owner, first] = await world.openTabs(2)
  if (!owner || !first) throw new Error('two tabs')
  owner.connection.cut()
  owner.connection.silent = true
  await world.rest(1_000)
  void first.room.send('of the first life')
  await world.rest(1_000)
  world.kill(first)
  await world.rest(1_000)
  const second = world.newTab('ada', [ROOM], {}, -HOUR_MS)
  void second.room.send('of the second life')
  await world.rest(1_000)
  world.kill(second)
  await world.rest(1_000)
  owner.connection.silent = false
  await world.rest(60_000)
  expect(world.server.room(ROOM).messages.map((row) => row.content)).toEqual([
    'of the first life',
    'of the second life',
  ])
  expectConverged(world, owner)
})
