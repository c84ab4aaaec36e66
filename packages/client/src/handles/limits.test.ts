import { describe, expect, test } from 'vitest'
import type { Chat } from '../chat'
import type { WaitOptions } from '../options'
import type { Room } from '../room'
import { ROOM, type TestClient, World } from '../test-support/testing-world'

type Call = (chat: Chat, room: Room, options: WaitOptions) => Promise<unknown>

const CALLS: Record<string, Call> = {
  createRoom: (chat, _, options) => chat.createRoom({ name: 'new', type: 'public' }, options),
  openDm: (chat, _, options) => chat.openDm(['bob'], options),
  listRooms: (chat, _, options) => chat.listRooms({}, options),
  joinRoom: (chat, _, options) => chat.joinRoom(ROOM, options),
  leaveRoom: (chat, _, options) => chat.leaveRoom(ROOM, options),
  request: (chat, _, options) => chat.request('list-rooms', {}, options),
  connect: (chat, _, options) => chat.connect(options),
  open: (_, room, options) => room.open(options),
  send: (_, room, options) => room.send('hello', options),
  edit: (_, room, options) => room.edit('a-message', 'hello', options),
  delete: (_, room, options) => room.delete('a-message', options),
  react: (_, room, options) => room.react('a-message', '👍', 'add', options),
  jumpTo: (_, room, options) => {
    void room.open()
    return room.jumpTo(3, options)
  },
}
const names = Object.keys(CALLS)
const call = (name: string, { chat, room }: TestClient, options: WaitOptions): Promise<unknown> =>
  CALLS[name]?.(chat, room, options) ?? Promise.reject(new Error(name))

/** A controller that counts who listens to its signal. */
function counted() {
  const controller = new AbortController()
  const { signal } = controller
  let listeners = 0
  const { addEventListener, removeEventListener } = signal
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    listeners++
    addEventListener.apply(signal, args)
  }
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    listeners--
    removeEventListener.apply(signal, args)
  }
  return { signal, abort: (reason?: unknown) => controller.abort(reason), listeners: () => listeners }
}

const silent = (world: World): TestClient => {
  const ada = world.client('ada')
  ada.connection.silent = true
  return ada
}

describe.each(names)('%s', (name) => {
  test('with a signal that is aborted already it rejects with ABORTED, and nothing is begun', async () => {
    const world = new World()
    const ada = silent(world)
    await expect(call(name, ada, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' })
    // An open counts, whatever the outcome of the wait.
    if (name !== 'open' && name !== 'jumpTo') expect(ada.chat.getState().connection.status).toBe('idle')
    expect(ada.room.messages()).toEqual([])
    expect(ada.chat.getState().unsent).toBe(0)
  })

  test('an abort on the way rejects with ABORTED and its reason, and leaves no listener', async () => {
    const world = new World()
    const ada = silent(world)
    const { signal, abort, listeners } = counted()
    const waiting = call(name, ada, { signal })
    waiting.catch(() => {})
    await world.tick()
    expect(listeners()).toBeGreaterThan(0)
    abort('changed my mind')
    await expect(waiting).rejects.toMatchObject({ code: 'ABORTED', cause: 'changed my mind' })
    expect(listeners()).toBe(0)
  })

  test('the time limit rejects with TIMEOUT, and leaves neither timer nor listener', async () => {
    const world = new World()
    const ada = silent(world)
    const { signal, listeners } = counted()
    const waiting = call(name, ada, { signal, timeoutMs: 1_000 })
    waiting.catch(() => {})
    await world.pass(999)
    expect(listeners()).toBeGreaterThan(0)
    await world.pass(1)
    await expect(waiting).rejects.toMatchObject({ code: 'TIMEOUT' })
    expect(listeners()).toBe(0)
  })

  test('a signal that is never aborted, or after the end, leaves and changes nothing', async () => {
    const world = new World()
    world.server.sendAs(ROOM, 'ada', 'a message')
    const ada = await world.live('ada')
    const id = ada.room.messages()[0]?.id ?? ''
    const { signal, abort, listeners } = counted()
    const options = { signal, timeoutMs: 5_000 }
    const about: Record<string, Call> = {
      edit: (_, room) => room.edit(id, 'edited', options),
      delete: (_, room) => room.delete(id, options),
      react: (_, room) => room.react(id, '👍', 'add', options),
    }
    const ended = (about[name] ?? CALLS[name])?.(ada.chat, ada.room, options).then(
      () => 'done',
      () => 'refused',
    )
    await world.settle()
    const shown = ada.room.messages()
    expect(await ended).toBeDefined()
    expect(listeners()).toBe(0)
    abort()
    await world.settle()
    expect(ada.room.messages()).toBe(shown)
    await world.rest(5_000)
    expect(world.clock.timers()).toBe(0)
  })
})

describe('a send', () => {
  test('is cancelled when it is aborted before it left: it is off the screen, and never sent', async () => {
    const world = new World()
    const ada = await world.live('ada')
    ada.connection.silent = true
    ada.connection.cut()
    const controller = new AbortController()
    const sent = ada.room.send('never mind', { signal: controller.signal })
    expect(ada.contents()).toEqual(['never mind'])
    controller.abort()
    await expect(sent).rejects.toMatchObject({ code: 'ABORTED' })
    expect(ada.contents()).toEqual([])
    ada.connection.silent = false
    await world.rest(30_000)
    expect(world.server.room(ROOM).messages).toEqual([])
  })

  test('is not taken back when it has left: the promise ends, and the room shows what becomes of it', async () => {
    const world = new World()
    const ada = await world.live('ada')
    const controller = new AbortController()
    const sent = ada.room.send('too late', { signal: controller.signal })
    await world.tick()
    controller.abort()
    await expect(sent).rejects.toMatchObject({ code: 'ABORTED' })
    await world.settle()
    expect(ada.room.messages()).toMatchObject([{ content: 'too late', status: 'sent' }])
  })

  test('stays in the outbox after its time limit, and goes out on its own', async () => {
    const world = new World()
    const ada = await world.live('ada')
    ada.connection.silent = true
    ada.connection.cut()
    const sent = ada.room.send('patience', { timeoutMs: 1_000 })
    await world.pass(1_000)
    await expect(sent).rejects.toMatchObject({ code: 'TIMEOUT' })
    expect(ada.room.messages()).toMatchObject([{ content: 'patience', status: 'queued' }])
    ada.connection.silent = false
    await world.rest(30_000)
    expect(world.server.room(ROOM).messages).toMatchObject([{ content: 'patience' }])
  })
})

test('a request that is aborted while it waits for the connection is not sent when that is there', async () => {
  const world = new World()
  const ada = silent(world)
  const controller = new AbortController()
  const created = ada.chat.createRoom({ name: 'new', type: 'public' }, { signal: controller.signal })
  await world.tick()
  controller.abort()
  await expect(created).rejects.toMatchObject({ code: 'ABORTED' })
  ada.connection.silent = false
  ada.connection.cut()
  await world.rest(5_000)
  expect(ada.chat.getState().connection.status).toBe('online')
  expect(ada.connection.served.filter(({ event }) => event === 'create-room')).toEqual([])
})

test('an open that is aborted leaves the room open until its close', async () => {
  const world = new World()
  const ada = silent(world)
  const controller = new AbortController()
  const opened = ada.room.open({ signal: controller.signal })
  await world.tick()
  controller.abort()
  await expect(opened).rejects.toMatchObject({ code: 'ABORTED' })
  ada.connection.silent = false
  ada.connection.cut()
  await world.rest(5_000)
  expect(ada.room.getState().status).toBe('live')
  ada.room.close()
  await world.rest(5_000)
  expect(ada.room.getState().status).toBe('idle')
})

describe('limits that are none', () => {
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  const unreadable = Object.defineProperty({}, 'signal', {
    get: () => {
      throw new Error('a getter of the app')
    },
  })
  const odd: readonly [string, unknown, string][] = [
    ['a signal that is none', { signal: {} }, 'signal'],
    ['a time that is none', { timeoutMs: 'soon' }, 'timeoutMs'],
    ['a revoked Proxy', revoked.proxy, 'options'],
    ['a getter that throws', unreadable, 'options'],
  ]
  test.each(names.flatMap((name) => odd.map((row) => [name, ...row] as const)))(
    '%s with %s rejects with INVALID_PAYLOAD (I25, seed 511943)',
    async (name, _, options, field) => {
      const world = new World()
      const ada = await world.live('ada')
      await expect(call(name, ada, options as WaitOptions)).rejects.toMatchObject({
        code: 'INVALID_PAYLOAD',
        field,
      })
    },
  )

  test.each([...names, 'flush'])('%s with null has no limits (I25)', async (name) => {
    const world = new World()
    const ada = await world.live('ada')
    const none = null as unknown as WaitOptions
    const outcome = (name === 'flush' ? ada.chat.flush(none) : call(name, ada, none)).then(
      () => 'done',
      ({ name }: Error) => name,
    )
    await world.rest(60_000)
    expect(['done', 'ChatError']).toContain(await outcome)
  })

  test('a message that is sent with them is shown as failed', async () => {
    const world = new World()
    const ada = await world.live('ada')
    void ada.room.send('hello', revoked.proxy)
    expect(ada.room.messages()).toMatchObject([
      { content: 'hello', status: 'failed', error: { code: 'INVALID_PAYLOAD', field: 'options' } },
    ])
  })
})
