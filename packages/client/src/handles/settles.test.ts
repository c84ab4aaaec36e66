import { describe, expect, test } from 'vitest'
import type { Chat } from '../chat'
import type { Room } from '../room'
import { memoryStore } from '../storage/backends/memory'
import { LocalStoreError } from '../storage/port'
import { hooked } from '../test-support/copies'
import { ROOM, type TestClient, World } from '../test-support/testing-world'

type Call = (chat: Chat, room: Room, id?: string) => Promise<unknown>

const REQUESTS: Record<string, Call> = {
  createRoom: (chat) => chat.createRoom({ name: 'new', type: 'public' }),
  openDm: (chat) => chat.openDm(['bob']),
  listRooms: (chat) => chat.listRooms(),
  joinRoom: (chat) => chat.joinRoom(ROOM),
  leaveRoom: (chat) => chat.leaveRoom(ROOM),
  request: (chat) => chat.request('list-rooms', {}),
}

/** Everything that gives out a promise and waits for something. */
const CALLS: Record<string, Call> = {
  ...REQUESTS,
  connect: (chat) => chat.connect(),
  open: (_, room) => room.open(),
  send: (_, room) => room.send('hello'),
  edit: (_, room, id = 'one') => room.edit(id, 'hello'),
  delete: (_, room, id = 'one') => room.delete(id),
  react: (_, room, id = 'one') => room.react(id, '👍', 'add'),
  jumpTo: (_, room) => {
    void room.open()
    return room.jumpTo(3)
  },
}

/** How the call ends: its code, or `done`; `pending` while it does not. */
function outcome(promise: Promise<unknown>): () => string {
  let ended = 'pending'
  promise.then(
    () => {
      ended = 'done'
    },
    (error: { code?: string }) => {
      ended = error.code ?? String(error)
    },
  )
  return () => ended
}

const silent = (world: World, options: object = {}): TestClient => {
  const ada = world.client('ada', options)
  ada.connection.silent = true
  return ada
}

describe('a request made first, while no server answers', () => {
  test.each(Object.keys(REQUESTS))('%s rejects within the time of a request', async (name) => {
    const world = new World()
    const { chat, room } = silent(world, { requestTimeoutMs: 3_000 })
    const ended = outcome(REQUESTS[name]?.(chat, room) ?? Promise.resolve())
    await world.pass(3_000)
    expect(ended()).toBe('OFFLINE')
  })

  test('with a time limit of its own that is longer it waits until that, and no longer (seeds 34951, 85189)', async () => {
    const world = new World()
    const { chat } = silent(world, { requestTimeoutMs: 800 })
    const ended = outcome(chat.listRooms({}, { timeoutMs: 3_716 }))
    await world.pass(3_715)
    expect(ended()).toBe('pending')
    await world.pass(1)
    expect(ended()).toBe('TIMEOUT')
  })

  test.each(Object.keys(REQUESTS))('%s rejects while auth() hangs', async (name) => {
    const world = new World()
    const { chat, room } = world.client('ada', { auth: () => new Promise(() => {}) })
    const ended = outcome(REQUESTS[name]?.(chat, room) ?? Promise.resolve())
    await world.pass(10_000)
    expect(ended()).toBe('OFFLINE')
  })

  test('rejects as soon as the first dial has failed', async () => {
    const world = new World()
    const ada = world.client('ada')
    const ended = outcome(ada.chat.listRooms())
    await world.tick()
    ada.connection.cut()
    await world.tick()
    expect(ended()).toBe('OFFLINE')
  })
})

describe('a token that is refused for good', () => {
  test.each(Object.keys(CALLS))('%s rejects with the code, before the refusal and after it', async (name) => {
    const world = new World()
    const ada = world.client('ada')
    const call = CALLS[name] ?? (() => Promise.resolve())
    ada.connection.refuseConnect = { code: 'TOKEN_INVALID', text: 'no', next: 'stop' }
    const before = outcome(call(ada.chat, ada.room))
    await world.settle()
    expect(ada.chat.getState().connection.status).toBe('stopped')
    const after = outcome(call(ada.chat, ada.room, 'another'))
    await world.tick()
    expect([before(), after()]).toEqual(['TOKEN_INVALID', 'TOKEN_INVALID'])
  })

  test('leaves no timer: a process with nothing else to do ends', async () => {
    const world = new World()
    const ada = world.client('ada')
    ada.connection.refuseConnect = { code: 'TOKEN_INVALID', text: 'no', next: 'stop' }
    void ada.room.send('hello')
    await world.settle()
    expect(world.clock.timers()).toBe(0)
  })

  test('a session that the server ends settles what waited with SESSION_REVOKED', async () => {
    const world = new World()
    const ada = await world.live('ada')
    const sent = outcome(ada.room.send('hello'))
    ada.connection.cut({ code: 'SESSION_REVOKED', text: 'signed out', next: 'stop' })
    await world.tick()
    expect(sent()).toBe('SESSION_REVOKED')
  })
})

describe('close()', () => {
  test.each(Object.keys(CALLS))('%s rejects with ABORTED, before it and after it', async (name) => {
    const world = new World()
    const ada = silent(world)
    const call = CALLS[name] ?? (() => Promise.resolve())
    const before = outcome(call(ada.chat, ada.room))
    await world.tick()
    await ada.chat.close()
    const after = outcome(call(ada.chat, ada.room, 'another'))
    await world.tick()
    expect([before(), after()]).toEqual(['ABORTED', 'ABORTED'])
    expect(world.clock.timers()).toBe(0)
  })

  test('what is sent after it is not taken in: it would be shown as queued and go nowhere', async () => {
    const world = new World()
    const ada = await world.live('ada')
    await ada.chat.close()
    void ada.room.send('too late')
    expect(ada.contents()).toEqual([])
    expect(ada.chat.getState().unsent).toBe(0)
  })
})

describe('a request that is on its way', () => {
  test.each([
    ['close()', 'ABORTED', (ada: TestClient) => void ada.chat.close()],
    ['signOut()', 'ABORTED', (ada: TestClient) => void ada.chat.signOut()],
    [
      'a session that the server ends',
      'SESSION_REVOKED',
      ({ connection }: TestClient) => connection.cut({ code: 'SESSION_REVOKED', text: 'out', next: 'stop' }),
    ],
    ['a connection that breaks', 'TIMEOUT', ({ connection }: TestClient) => connection.cut()],
  ])('%s ends it with %s', async (_, code, end) => {
    const world = new World()
    const ada = await world.live('ada')
    const ended = outcome(ada.chat.createRoom({ name: 'new', type: 'public' }))
    await world.tick()
    end(ada)
    await world.tick()
    expect(ended()).toBe(code)
  })

  test('without a limit waits for its answer', async () => {
    const world = new World()
    const ada = await world.live('ada')
    const ended = outcome(
      ada.chat.request('join-rooms', { roomIds: [] }, { timeoutMs: Number.POSITIVE_INFINITY }),
    )
    await world.pass(60_000)
    expect(ended()).toBe('pending')
    await world.settle()
    expect(ended()).toBe('done')
  })
})

test('however many messages end at once, each of them settles', async () => {
  const world = new World()
  const ada = silent(world, { maxUnsentAgeMs: 60_000 })
  const ended = Array.from({ length: 300 }, (_, i) => outcome(ada.room.send(`line ${i}`)))
  await world.pass(61_000)
  expect(new Set(ended.map((one) => one()))).toEqual(new Set(['EXPIRED']))
})

test('a chat that is stopped lets a process end, though its disk is in trouble and would be tried again', async () => {
  const world = new World()
  const disk = hooked(memoryStore(), {
    save: () => Promise.reject(new LocalStoreError('lost', 'no handle')),
  })
  const ada = world.client('ada', { storage: disk })
  ada.connection.refuseConnect = { code: 'TOKEN_INVALID', text: 'no', next: 'stop' }
  void ada.room.send('hello')
  await world.rest(60_000)
  expect(world.clock.timers()).toBe(0)
})
