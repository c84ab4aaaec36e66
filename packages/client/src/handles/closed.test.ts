import { describe, expect, test } from 'vitest'
import { memoryStore } from '../storage/backends/memory'
import type { LocalStore } from '../storage/port'
import { hooked } from '../test-support/copies'
import { ROOM, type TestClient, World } from '../test-support/testing-world'
import { wakeable } from '../test-support/wakeable'
import './presence-hub'

/** Counts all calls of listeners from now on. */
function counting({ chat, room }: TestClient) {
  const calls: string[] = []
  const watch = chat.presence(['bob'])
  chat.subscribe(() => calls.push(`chat ${chat.getState().connection.status}`))
  room.subscribe(() => calls.push(`room ${room.getState().status} ${room.messages().length}`))
  watch.subscribe(() => calls.push('presence'))
  return { take: () => calls.splice(0) }
}

/** A store whose calls wait until they are let through. */
function held(inner: LocalStore) {
  let open = (): void => {}
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const store = hooked(inner, {
    open: (openIt) => gate.then(openIt),
    save: (_, save) => gate.then(save),
  })
  return { store, open: () => open() }
}

const warm = async (world: World) => {
  const disk = memoryStore()
  world.server.sendAs(ROOM, 'bob', 'a secret')
  const first = await world.live('ada', { storage: disk })
  await world.rest(1_000)
  await first.chat.close()
  return disk
}

describe('after close() listeners are called once, for the closing change:', () => {
  test('with a send, a page and a join under way', async () => {
    const world = new World()
    for (let i = 0; i < 120; i++) world.server.sendAs(ROOM, 'bob', `message ${i}`)
    const ada = await world.live('ada')
    const calls = counting(ada)
    await world.rest(1_000)
    ada.room.send('under way').catch(() => {})
    ada.room.loadOlder().catch(() => {})
    ada.chat
      .room('other')
      .open()
      .catch(() => {})
    calls.take()
    const { frames } = ada.connection
    const closed = ada.chat.close()
    expect(calls.take()).toEqual(['chat stopped', 'room offline 51'])
    for (const frame of frames) frame.run()
    await closed
    await world.rest(60_000)
    expect(calls.take()).toEqual([])
    expect(world.clock.timers()).toBe(0)
  })

  test('with a token that comes later', async () => {
    const world = new World()
    let answer = (_token: string): void => {}
    const auth = () => new Promise<string>((resolve) => (answer = resolve))
    const ada = world.client('ada', { auth })
    void ada.room.open()
    await world.tick()
    const calls = counting(ada)
    await ada.chat.close()
    expect(calls.take()).toEqual(['chat stopped', 'room offline 0'])
    answer('too late')
    await world.rest(60_000)
    expect([calls.take(), ada.connection.tokens]).toEqual([[], []])
  })

  test('with a local copy that opens later, or is written later', async () => {
    const world = new World()
    const { store, open } = held(await warm(world))
    const ada = world.client('ada', { storage: store })
    ada.connection.silent = true
    void ada.room.open()
    ada.room.send('unsent').catch(() => {})
    await world.tick()
    const calls = counting(ada)
    const closed = ada.chat.close()
    expect(calls.take()).toEqual(['chat stopped', 'room offline 1'])
    const shown = [ada.chat.getState(), ada.room.getState(), ada.chat.room('other').getState()]
    open()
    await world.rest(60_000)
    await closed
    await ada.chat.close()
    expect(calls.take()).toEqual([])
    expect([ada.chat.getState(), ada.room.getState(), ada.chat.room('other').getState()]).toEqual(shown)
    // What was on the disk is, and the send that was done before it was read.
    const next = await world.live('ada', { storage: store })
    expect(next.contents()).toEqual(['a secret', 'unsent'])
  })

  test('calls on its handles, and wake signs of the device', async () => {
    const world = new World()
    const { environment, wake } = wakeable()
    const ada = await world.live('ada', { ports: { environment } })
    world.server.sendAs(ROOM, 'bob', 'hello')
    await world.settle()
    const calls = counting(ada)
    await world.rest(1_000)
    await ada.chat.close()
    calls.take()
    const served = ada.connection.served.length
    ada.room.setDraft('too late')
    ada.room.setTyping(true)
    ada.room.markRead()
    ada.room.retry('ada-000001')
    expect(ada.room.cancel('ada-000001')).toBe(false)
    ada.room.send('too late').catch(() => {})
    ada.room.jumpTo(1).catch(() => {})
    ada.room.close()
    counting(ada)
    ada.chat.presence(['bob', 'ada']).subscribe(() => calls.take().push('presence'))
    wake('online')
    await world.rest(60_000)
    expect(calls.take()).toEqual([])
    expect(ada.room.getState()).toMatchObject({ draft: '', messages: [{ content: 'hello' }] })
    expect([ada.connection.served.length, ada.connection.frames.length, world.clock.timers()]).toEqual([
      served,
      0,
      0,
    ])
  })

  test('a listener that loops and closes: all see that it is stopped, and the loop ends', async () => {
    const world = new World()
    world.onError = () => {}
    const ada = await world.live('ada')
    let calls = 0
    let closed: Promise<unknown> | undefined
    ada.room.subscribe(() => {
      if (++calls === 25) closed = ada.chat.close()
      ada.room.setDraft(`draft ${calls}`)
    })
    const statuses: string[] = []
    ada.chat.subscribe(() => statuses.push(ada.chat.getState().connection.status))
    ada.room.setDraft('begin')
    await world.rest(1_000)
    await closed
    expect(statuses).toEqual(['stopped'])
    expect(calls).toBe(26)
    expect(world.clock.timers()).toBe(0)
  })
})

describe('signing out takes everything off in one notification (P13):', () => {
  test('with a full screen, and again after close()', async () => {
    const world = new World()
    world.server.sendAs(ROOM, 'bob', 'a secret')
    const ada = await world.live('ada')
    const calls = counting(ada)
    await world.rest(1_000)
    calls.take()
    const done = ada.chat.signOut()
    expect(calls.take()).toEqual(['chat stopped', 'room offline 0'])
    await done
    await world.rest(60_000)
    expect(calls.take()).toEqual([])

    const bob = await world.live('bob')
    await bob.chat.close()
    const after = counting(bob)
    await bob.chat.signOut()
    expect(new Set(after.take())).toEqual(new Set(['room offline 0', 'chat stopped']))
    expect(bob.contents()).toEqual([])
  })

  test('while the local copy is still being read: nothing of it appears', async () => {
    const world = new World()
    const { store, open } = held(await warm(world))
    const ada = world.client('ada', { storage: store })
    ada.connection.silent = true
    void ada.room.open()
    await world.tick()
    const seen: unknown[] = []
    ada.chat.subscribe(() => seen.push(...ada.chat.getState().rooms))
    ada.room.subscribe(() => seen.push(...ada.room.messages()))
    const done = ada.chat.signOut()
    open()
    await world.rest(60_000)
    await done
    expect(seen).toEqual([])
    expect(ada.chat.getState()).toMatchObject({ rooms: [], user: null })
  })

  test('a session that the server ends while the local copy is still being read: nothing of it appears', async () => {
    const world = new World()
    const { store, open } = held(await warm(world))
    const ada = world.client('ada', { storage: store })
    ada.connection.refuseConnect = { code: 'SESSION_REVOKED', text: 'signed out elsewhere', next: 'stop' }
    void ada.room.open().catch(() => {})
    const seen: unknown[] = []
    ada.chat.subscribe(() => seen.push(...ada.chat.getState().rooms))
    ada.room.subscribe(() => seen.push(...ada.room.messages()))
    await world.settle()
    expect(ada.chat.getState().connection.status).toBe('stopped')
    open()
    await world.rest(60_000)
    expect(seen).toEqual([])
    expect(ada.chat.getState()).toMatchObject({ rooms: [] })
  })
})

test('a session that the server ends is one notification, with many rooms too', async () => {
  const world = new World()
  for (const id of ['a', 'b', 'c']) world.server.addRoom(id, ['ada'])
  const ada = await world.live('ada', { storage: memoryStore() })
  await world.rest(1_000)
  const calls = counting(ada)
  ada.connection.cut({ code: 'SESSION_REVOKED', text: 'signed out elsewhere', next: 'stop' })
  expect(calls.take()).toEqual(['chat stopped', 'room offline 0'])
  await world.rest(5_000)
  expect(calls.take()).toEqual([])
})

test('ports that throw when they are begun or ended hold up neither send() nor close()', async () => {
  const world = new World()
  const sources: string[] = []
  world.onError = (_, { source }) => void sources.push(source)
  const { connection } = world.client('ada')
  const fail = (): never => {
    throw new Error('a bug of the app')
  }
  const ada = world.client('ada', {
    storage: hooked(memoryStore(), { close: fail }),
    ports: {
      environment: { onWake: fail },
      transport: (url, onEvent) => ({ ...connection.factory(url, onEvent), close: fail }),
    },
  })
  const sent = ada.room.send('hello')
  await world.rest(2_000)
  await expect(sent).resolves.toMatchObject({ content: 'hello' })
  await ada.chat.close()
  expect(sources).toEqual(['internal', 'internal'])
  expect(world.clock.timers()).toBe(0)
})
