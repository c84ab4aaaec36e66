import { describe, expect, test } from 'vitest'
import { loginOf } from '../engine/login'
import { rangesOf, rowCount } from '../model/rows/timeline'
import { copyOn, hooked, putIn } from '../test-support/copies'
import { killable, troubled } from '../test-support/killable-store'
import { refusal } from '../test-support/model-server'
import { filled, reload } from '../test-support/reload'
import { expectConverged, ROOM, type TestClient, type World } from '../test-support/testing-world'
import { memoryStore } from './backends/memory'
import { type LocalBatch, type LocalStore, LocalStoreError } from './port'

describe('a cold start', () => {
  test('shows rooms and the last page from disk before the connection is up, then catches up by one sync', async () => {
    const world = filled(60)
    const disk = memoryStore()
    const first = await world.live('ada', { storage: disk })
    first.room.setDraft('half a thought')
    const second = await reload(world, first, disk)
    expect(second.room.getState()).toMatchObject({ status: 'catching-up', draft: 'half a thought' })
    expect(second.contents().at(-1)).toBe('old 60')
    expect(second.chat.getState().rooms).toMatchObject([
      { id: ROOM, unread: 60, preview: { content: 'old 60' } },
    ])
    const shown = second.room.messages()

    world.server.edit(ROOM, 'bob', 60, 'edited meanwhile')
    second.connection.silent = false
    await world.rest(20_000)
    expect(second.contents().at(-1)).toBe('edited meanwhile')
    // What did not change keeps its reference: no blank frame, no jump.
    expect(second.room.messages()[0]).toBe(shown[0])
    expect(second.connection.served.filter(({ event }) => event === 'sync')).toHaveLength(1)
    expectConverged(world, second)
  })

  test('reads one chunk or two, however much is kept, and the rest when it is scrolled to', async () => {
    const world = filled(600)
    const disk = memoryStore()
    const read: number[] = []
    const counting = hooked(disk, {
      load: (paths, load) => {
        for (const [table, , index] of paths) if (table === 'chunks') read.push(Number(index))
        return load()
      },
    })
    const first = await world.live('ada', { storage: disk })
    while (first.room.getState().hasOlder) {
      void first.room.loadOlder(200)
      await world.settle()
    }
    const second = await reload(world, first, counting)
    expect(read).toEqual([3, 4])
    expect(second.contents()[0]).toBe('old 384')
    for (let pages = 0; second.room.getState().hasOlder && pages < 9; pages++) {
      void second.room.loadOlder()
      await world.tick()
    }
    expect(read).toEqual([3, 4, 2, 1, 0])
    expect(second.contents()).toHaveLength(600)
    second.connection.silent = false
    await world.rest(20_000)
    expect(second.connection.served.some(({ event }) => event === 'fetch-history')).toBe(false)
    expectConverged(world, second)
  })

  test('a row that changed while only the disk had it is not shown stale', async () => {
    const world = filled(600)
    const disk = memoryStore()
    const first = await world.live('ada', { storage: disk })
    while (first.room.getState().hasOlder) {
      void first.room.loadOlder(200)
      await world.settle()
    }
    const second = await reload(world, first, disk)
    second.connection.silent = false
    await world.rest(20_000)
    world.server.edit(ROOM, 'bob', 10, 'edited live')
    await world.settle()
    while (second.room.getState().hasOlder) {
      void second.room.loadOlder(200)
      await world.settle()
    }
    expect(second.contents()[9]).toBe('edited live')
    expectConverged(world, second)
  })

  test('of another user shows and sends nothing of the first', async () => {
    const world = filled(3)
    const disk = memoryStore()
    const ada = await world.live('ada', { storage: disk })
    ada.connection.cut()
    ada.connection.silent = true
    void ada.room.send('for her eyes only')
    await world.rest(1_000)
    await ada.chat.close()
    world.clients.length = 0

    const bob = world.client('bob', { storage: disk })
    void bob.room.open()
    await world.rest(5_000)
    expect(bob.contents()).toEqual(['old 1', 'old 2', 'old 3'])
    expect(bob.chat.getState()).toMatchObject({ user: { id: 'bob' }, unsent: 0 })
    expect(world.server.room(ROOM).messages).toHaveLength(3)
    await bob.chat.close()
    world.clients.length = 0

    const again = await world.live('ada', { storage: disk })
    await world.rest(2_000)
    expect(again.contents().at(-1)).toBe('for her eyes only')
  })
})

describe('memory', () => {
  test('is a window; what is evicted from it comes back without the server', async () => {
    const world = filled(1)
    const ada = await world.live('ada', { windowSize: 300, storage: memoryStore() })
    for (let i = 2; i <= 1_000; i++) world.server.sendAs(ROOM, 'bob', `message ${i}`)
    await world.rest(1_000)
    expect(rowCount(ada.model().rows.timeline)).toBeLessThanOrEqual(300 + 128)
    expect(ada.contents().at(-1)).toBe('message 1000')
    const before = ada.connection.served.length
    for (let pages = 0; pages < 4; pages++) {
      void ada.room.loadOlder()
      await world.tick()
    }
    expect(ada.connection.served).toHaveLength(before)
    expect(ada.room.messages()[0]?.seq).toBeLessThan(400)
    expectConverged(world, ada)
  })

  test('without a store the rest is the server’s', async () => {
    const world = filled(1_000)
    const ada = await world.live('ada', { windowSize: 300 })
    for (let pages = 0; pages < 12; pages++) {
      void ada.room.loadOlder()
      await world.settle()
    }
    expect(ada.room.messages()[0]?.seq).toBeLessThan(500)
    expect(rowCount(ada.model().rows.timeline)).toBeLessThanOrEqual(300 + 256)
    // The newest are kept, apart from the viewed ones.
    expect(rangesOf(ada.model().rows.timeline).at(-1)?.to).toBe(1_000)
    void ada.room.jumpTo(1_000)
    await world.settle()
    expect(ada.contents().at(-1)).toBe('old 1000')
    expectConverged(world, ada)
  })

  test('keeps the rows of the twenty rooms that were left last', async () => {
    const world = filled(1)
    for (let i = 0; i < 25; i++) {
      world.server.addRoom(`r${i}`, ['ada', 'bob'])
      world.server.sendAs(`r${i}`, 'bob', 'hello')
    }
    const ada = await world.live('ada')
    for (let i = 0; i < 25; i++) {
      const room = ada.chat.room(`r${i}`)
      void room.open()
      await world.rest(1_000)
      room.close()
    }
    await world.rest(5_000)
    const held = Array.from({ length: 25 }, (_, i) => ada.chat.room(`r${i}`).messages().length)
    expect(held).toEqual([0, 0, 0, 0, 0, ...Array.from({ length: 20 }, () => 1)])
    expect(ada.chat.getState().rooms.every((room) => room.unread === 1)).toBe(true)
  })
})

describe('trouble', () => {
  test('with writing: it is sent from memory, and the state reports that until it is stored', async () => {
    const world = filled(1)
    const disk = troubled(memoryStore())
    const ada = await world.live('ada', { storage: disk })
    disk.failing = true
    const sent = ada.room.send('important')
    await world.rest(1_000)
    expect((await sent).seq).toBe(2)
    expect(ada.chat.getState().storage.status).toBe('degraded')
    disk.failing = false
    await world.rest(40_000)
    expect(ada.chat.getState().storage.status).toBe('memory')
    const next = await reload(world, ada, disk)
    expect(next.contents()).toEqual(['old 1', 'important'])
  })

  test('with opening: it works without, after 4 s at most', async () => {
    const world = filled(3)
    const dead: LocalStore = { ...memoryStore(), open: () => new Promise(() => {}) }
    const ada = world.client('ada', { storage: dead })
    void ada.room.open()
    await world.rest(10_000)
    expect(ada.contents()).toEqual(['old 1', 'old 2', 'old 3'])
    expect(ada.chat.getState().storage.status).toBe('memory')
    expect((await Promise.all([ada.room.send('and sends'), world.rest(10_000)]))[0].seq).toBe(4)
  })

  test('with opening, and the connection comes again meanwhile: nothing goes out before the state reports it (seed 97507)', async () => {
    const world = filled(1)
    const disk = memoryStore()
    // Who was here last is known, and nothing else is kept.
    await copyOn(disk).open({ url: 'test:', userId: 'ada', login: loginOf("ada's token") })
    let opens = 0
    const hanging = hooked(disk, {
      kind: 'file',
      open: (open) => (++opens === 1 ? open() : new Promise(() => {})),
    })
    const ada = world.client('ada', { storage: hanging })
    void ada.room.open()
    void ada.room.send('important')
    for (const ms of [1_000, 2_200]) {
      await world.rest(ms)
      ada.connection.cut()
    }
    for (let i = 0; i < 50 && world.server.room(ROOM).messages.length < 2; i++) await world.rest(100)
    expect(world.server.room(ROOM).messages).toHaveLength(2)
    expect(ada.chat.getState().storage.status).toBe('memory')
  })

  test('with opening, and it opens before the connection is up: it is this user’s from then on, and its sends go first', async () => {
    const world = filled(1)
    const disk = memoryStore()
    const first = await world.live('ada', { storage: disk })
    first.connection.cut()
    first.connection.silent = true
    void first.room.send('of the session before')
    let opens = 0
    // The first open fails; any open after the one in the background fails too.
    const moody = hooked(disk, {
      open: (open) => (++opens === 2 ? open() : Promise.reject(new LocalStoreError('timeout', 'no answer'))),
    })
    const second = await reload(world, first, moody)
    void second.room.send('of this session')
    await world.rest(2_000)
    expect(second.contents().slice(-2)).toEqual(['of the session before', 'of this session'])
    second.connection.silent = false
    await world.rest(60_000)
    const texts = world.server.room(ROOM).messages.map((row) => row.content)
    expect(texts).toEqual(['old 1', 'of the session before', 'of this session'])
    expectConverged(world, second)
  })

  test('the session is revoked: nothing stays on disk or in memory', async () => {
    const world = filled(3)
    const disk = memoryStore()
    const ada = await world.live('ada', { storage: disk })
    ada.connection.cut({ code: 'SESSION_REVOKED', text: 'signed out elsewhere', next: 'stop' })
    await world.rest(1_000)
    expect(ada.contents()).toEqual([])
    expect(ada.chat.getState().rooms).toEqual([])
    expect(await copyOn(disk).open({ url: 'test:', userId: 'ada' })).toMatchObject({ rooms: [], entries: [] })
  })
})

describe('is not sent by a run that starts after a crash in the same moment:', () => {
  /** One that sends and dies, and what the next one shows; the server never has any of it. */
  async function shownAfter(die: (ada: TestClient, world: World) => Promise<void>): Promise<string[]> {
    const world = filled(1)
    const disk = memoryStore()
    const store = killable(disk)
    const ada = await world.live('ada', { storage: store })
    await die(ada, world)
    store.kill()
    world.clients.length = 0
    world.server.refuse = () => undefined
    const next = await world.live('ada', { storage: killable(disk) })
    await world.rest()
    expect(world.server.room(ROOM).messages.map((row) => row.content)).toEqual(['old 1'])
    return next.room.messages().map(({ content, status }) => `${status}: ${content}`)
  }

  test('what was taken back', async () => {
    const shown = await shownAfter(async ({ connection, room }, world) => {
      connection.cut()
      connection.silent = true
      const { clientId } = room.send('taken back')
      await world.tick()
      expect(room.cancel(clientId)).toBe(true)
      await world.tick()
    })
    expect(shown).toEqual(['sent: old 1'])
  })

  test('what was refused, which is shown still', async () => {
    const shown = await shownAfter(async ({ room }, world) => {
      world.server.refuse = (_user, event) => (event === 'send-message' ? refusal('MUTED') : undefined)
      room.send('refused')
      await world.settle()
    })
    expect(shown).toEqual(['sent: old 1', 'failed: refused'])
  })
})

test('the first write under the name of a new epoch has nothing of the old one’s (seed 39499)', async () => {
  const world = filled(3)
  const disk = memoryStore()
  const writes: LocalBatch[] = []
  const noted = hooked(disk, {
    save: (batch, save) => {
      writes.push(batch)
      return save()
    },
  })
  const lastOf = (batch: LocalBatch | undefined) => putIn(batch ?? {}, 'rooms')
  const ada = await world.live('ada', { storage: noted })
  ada.room.markRead(3)
  await world.rest(1_000)
  expect(lastOf(writes.at(-1))).toMatchObject([{ roomId: ROOM, lastReadSeq: 3 }])
  ada.connection.cut()
  world.server.epoch = 'epoch-2'
  await world.rest(5_000)
  const first = writes.find((batch) => JSON.stringify(putIn(batch, 'meta')).includes('epoch-2'))
  expect(lastOf(first)).toMatchObject([{ roomId: ROOM, cursor: 0, lastReadSeq: 0 }])
  expectConverged(world, ada)
})

test('a crash at any write leaves what holds together (I16)', async () => {
  for (let crashAfter = 1; crashAfter <= 12; crashAfter++) {
    const world = filled(140)
    const disk = memoryStore()
    let writes = 0
    const store = killable(
      hooked(disk, {
        save: async (_, save) => {
          if (++writes > crashAfter) return store.kill()
          await save()
        },
      }),
    )
    const ada = await world.live('ada', { storage: store })
    void ada.room.send('one')
    await world.rest(500)
    world.server.edit(ROOM, 'bob', 139, 'edited')
    void ada.room.loadOlder()
    await world.rest(500)
    void ada.room.send('two')
    await world.rest(500)
    void ada.room.edit(ada.room.messages().at(-1)?.id ?? '', 'two, edited')
    await world.rest(500)
    store.kill()
    ada.connection.cut()
    world.clients.length = 0
    const next = await world.live('ada', { storage: killable(disk) })
    await world.rest()
    expectConverged(world, next)
    const mine = world.server.room(ROOM).messages.filter((row) => row.senderId === 'ada')
    expect(new Set(mine.map((row) => row.clientId)).size).toBe(mine.length)
  }
})
