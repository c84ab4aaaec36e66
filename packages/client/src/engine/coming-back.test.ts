import { describe, expect, test, vi } from 'vitest'
import type { ErrorContext } from '../options'
import { memoryStore } from '../storage/backends/memory'
import type { LocalTable } from '../storage/port'
import { hooked } from '../test-support/copies'
import { expectConverged, ROOM, type TestClient, World } from '../test-support/testing-world'
import { lazyTransport } from '../transport/lazy-transport'
import type { TransportEvent } from '../transport/port'

/** A world where errors inside are expected: what was reported, by its source. */
function expecting() {
  const world = new World()
  const sources: ErrorContext['source'][] = []
  world.onError = (_, { source }) => void sources.push(source)
  return { world, sources }
}

const isLive = async (world: World, ada: TestClient): Promise<void> => {
  const sent = ada.room.send('after it')
  await world.rest(40_000)
  await expect(sent).resolves.toMatchObject({ content: 'after it' })
  expectConverged(world, ada)
}

/** A connection whose next event of this kind is changed on its way to the client. */
function changing(world: World, type: TransportEvent['type'], change: (event: TransportEvent) => unknown) {
  const ada = world.client('ada')
  let isDue = true
  const { factory } = ada.connection
  const twin = world.client('ada', {
    ports: {
      transport: (url, onEvent) =>
        factory(url, (event) => {
          const isIt = isDue && event.type === type
          if (isIt) isDue = false
          onEvent((isIt ? change(event) : event) as TransportEvent)
        }),
    },
  })
  return { ...twin, connection: ada.connection }
}

describe('an error on the way to ready is a lost connection, and the next try succeeds (P5):', () => {
  test.each([
    ['a ready without its content', () => ({ type: 'ready' })],
    ['a user that is none', () => ({ type: 'identified', user: null })],
    ['an event that there is not', () => ({ type: 'unheard of' })],
  ])('%s', async (_, change) => {
    const { world, sources } = expecting()
    const ada = changing(world, 'ready', change)
    const opened = ada.room.open()
    await world.settle()
    expect(ada.chat.getState().connection).toMatchObject({ status: 'waiting', error: { code: 'INTERNAL' } })
    await world.rest(5_000)
    await opened
    await isLive(world, ada)
    expect(sources).toEqual(['internal'])
  })

  test('a message that cannot be taken in', async () => {
    const { world, sources } = expecting()
    const ada = changing(world, 'message', () => ({ type: 'message', message: { event: 'changes' } }))
    void ada.room.open()
    await world.rest(1_000)
    world.server.sendAs(ROOM, 'bob', 'hello')
    await isLive(world, ada)
    expect(ada.contents()).toEqual(['hello', 'after it'])
    expect(sources).toEqual(['internal'])
  })
})

describe('an answer that cannot be taken in is asked for again:', () => {
  test.each(['join-rooms', 'sync', 'fetch-history', 'send-message', 'edit-message'] as const)(
    '%s',
    async (broken) => {
      const { world, sources } = expecting()
      for (let i = 0; i < 120; i++) world.server.sendAs(ROOM, 'bob', `message ${i}`)
      const ada = world.client('ada')
      const answer = world.server.answer.bind(world.server)
      let isDue = true
      world.server.answer = (userId, event, payload) => {
        const ack = answer(userId, event, payload)
        if (!isDue || event !== broken) return ack
        isDue = false
        return { ok: true } as typeof ack
      }
      const opened = ada.room.open()
      await world.rest(5_000)
      await opened
      const older = ada.room.loadOlder()
      const mine = ada.room.send('mine')
      await world.rest(40_000)
      await Promise.all([older, mine])
      const edited = ada.room.edit((await mine).id, 'edited')
      await world.rest(40_000)
      await edited
      expect(ada.contents().at(-1)).toBe('edited')
      expect(isDue).toBe(false)
      await isLive(world, ada)
      expect(new Set(sources)).toEqual(new Set(['internal']))
    },
  )
})

test('a transport that throws when it is made, or dialled, is tried again', async () => {
  const world = new World()
  const { connection } = world.client('ada')
  let tries = 0
  const transport = lazyTransport(async () => (url, onEvent) => {
    if (++tries === 1) throw new Error('not a URL')
    const inner = connection.factory(url, onEvent)
    const connect: typeof inner.connect = (token) => {
      if (++tries === 3) throw new Error('no socket')
      inner.connect(token)
    }
    return { ...inner, connect }
  })
  const ada = world.client('ada', { ports: { transport } })
  void ada.room.open()
  await world.tick()
  expect(ada.chat.getState().connection).toMatchObject({ status: 'waiting', error: { message: 'not a URL' } })
  await isLive(world, { ...ada, connection })
  expect(tries).toBe(4)
})

test('a transport whose request rejects is a missing answer', async () => {
  const { world, sources } = expecting()
  const connection = world.client('ada').connection
  let isDue = true
  const ada = world.client('ada', {
    ports: {
      transport: (url, onEvent) => {
        const transport = connection.factory(url, onEvent)
        const request: typeof transport.request = (event, payload, timeoutMs) => {
          if (!isDue || event !== 'send-message') return transport.request(event, payload, timeoutMs)
          isDue = false
          throw new Error('not serialisable')
        }
        return { ...transport, request }
      },
    },
  })
  void ada.room.open()
  const client = { ...ada, connection }
  await isLive(world, client)
  expect(sources).toEqual(['internal'])
})

describe('a local copy that cannot be taken in holds up nothing (P14):', () => {
  const broken = async (world: World, table: LocalTable, change: (value: object) => unknown) => {
    const disk = memoryStore()
    world.server.addRoom('other', ['ada', 'bob'])
    world.server.sendAs('other', 'bob', 'kept')
    const first = await world.live('ada', { storage: disk })
    void first.chat.room('other').open()
    await world.rest(1_000)
    await first.chat.close()
    const storage = hooked(disk, {
      load: async (_, load) =>
        (await load()).map(([path, value]) => [path, path[0] === table ? change(value as object) : value]),
    })
    return world.client('ada', { storage })
  }

  test('one room of it is unreadable: the others show before the connection is up', async () => {
    const { world, sources } = expecting()
    const ada = await broken(world, 'rooms', (room) =>
      'roomId' in room && room.roomId === ROOM ? { ...room, ranges: undefined } : room,
    )
    void ada.room.open()
    const other = ada.chat.room('other')
    void other.open()
    await world.tick()
    expect(other.messages()).toMatchObject([{ content: 'kept' }])
    await isLive(world, ada)
    expect(sources).toEqual([])
  })

  test('an entry of the outbox that is none: the rest goes out', async () => {
    const { world } = expecting()
    const ada = await broken(world, 'entries', () => null)
    void ada.room.open()
    await isLive(world, ada)
  })

  test('chunks that are none: the rows come from the server', async () => {
    const { world, sources } = expecting()
    const disk = memoryStore()
    world.server.sendAs(ROOM, 'bob', 'hello')
    const first = await world.live('ada', { storage: disk })
    await world.rest(1_000)
    await first.chat.close()
    const junk = vi.fn(() => [null])
    const storage = hooked(disk, {
      load: async (_, load) =>
        (await load()).map(([path, value]) => [path, path[0] === 'chunks' ? junk() : value]),
    })
    const ada = world.client('ada', { storage })
    void ada.room.open()
    await isLive(world, ada)
    expect(ada.contents()).toEqual(['hello', 'after it'])
    expect(sources).toEqual([])
    expect(junk).toHaveBeenCalledTimes(1)
  })
})
