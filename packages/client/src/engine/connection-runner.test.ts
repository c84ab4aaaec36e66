import { expect, test } from 'vitest'
import { ROOM, World } from '../test-support/testing-world'
import { wakeable } from '../test-support/wakeable'

const auth = (tokens: string[]) => {
  let calls = 0
  return { get: async () => tokens[calls++] ?? 'none left', calls: () => calls }
}

test('connects lazily, with a token that is asked for once', async () => {
  const world = new World()
  const tokens = auth(['first', 'second'])
  const ada = world.client('ada', { auth: tokens.get })
  await world.tick()
  expect(tokens.calls()).toBe(0)
  expect(ada.chat.getState().connection.status).toBe('idle')
  const connected = ada.chat.connect()
  await world.settle()
  await connected
  ada.connection.cut()
  await world.rest(2_000)
  expect(ada.chat.getState().connection.status).toBe('online')
  expect(ada.connection.tokens).toEqual(['first', 'first'])
})

test('a refused token is refreshed once and tried again at once; a second refusal waits', async () => {
  const world = new World()
  const tokens = auth(['stale', 'staler', 'good'])
  const ada = world.client('ada', { auth: tokens.get })
  ada.connection.refuseConnect = { code: 'TOKEN_EXPIRED', text: 'expired', next: 'auth' }
  void ada.chat.connect()
  await world.settle()
  await world.pass(0)
  await world.settle()
  expect(ada.connection.tokens).toEqual(['stale', 'staler'])
  await world.pass(900)
  expect(ada.connection.tokens).toHaveLength(2)
  ada.connection.refuseConnect = null
  await world.pass(100)
  await world.settle()
  expect(ada.connection.tokens).toEqual(['stale', 'staler', 'good'])
  expect(ada.chat.getState().connection.status).toBe('online')
})

test('a refused fixed token stops the chat, with the reason', async () => {
  const world = new World()
  const ada = world.client('ada')
  ada.connection.refuseConnect = { code: 'TOKEN_EXPIRED', text: 'expired', next: 'auth' }
  const connected = ada.chat.connect()
  await world.settle()
  await world.pass(1)
  await world.settle()
  await expect(connected).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' })
  await expect(ada.room.open()).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' })
})

test('a token function that throws is asked again later', async () => {
  const world = new World()
  let calls = 0
  const ada = world.client('ada', {
    auth: () => {
      if (++calls === 1) throw new Error('no session yet')
      return 'token'
    },
  })
  void ada.chat.connect()
  await world.tick()
  expect(ada.chat.getState().connection).toMatchObject({
    status: 'waiting',
    error: { code: 'UNAUTHENTICATED' },
  })
  await world.rest(1_000)
  expect(ada.chat.getState().connection.status).toBe('online')
})

test('a handshake without an answer is given up', async () => {
  const world = new World()
  const ada = world.client('ada')
  ada.connection.silent = true
  void ada.chat.connect()
  await world.tick()
  await world.pass(15_000)
  expect(ada.chat.getState().connection.status).toBe('waiting')
  ada.connection.silent = false
  await world.rest(1_000)
  expect(ada.chat.getState().connection.status).toBe('online')
})

test('after a wake a dead connection is found within 3 s, and a waiting one tries at once (P7)', async () => {
  const world = new World()
  const { environment, wake } = wakeable()
  const ada = world.client('ada', { ports: { environment } })
  void ada.room.open()
  await world.settle()
  wake('visible')
  await world.tick()
  ada.connection.take('join-rooms')
  await world.pass(2_500)
  expect(ada.chat.getState().connection).toMatchObject({ status: 'waiting' })
  expect(ada.room.getState().status).toBe('offline')
  wake('online')
  await world.settle()
  expect(ada.room.getState().status).toBe('live')
})

test('a server that hangs up for good is not called again', async () => {
  const world = new World()
  const ada = await world.live('ada')
  ada.connection.cut({ code: 'SESSION_REVOKED', text: 'signed out elsewhere', next: 'stop' })
  await world.rest()
  expect(ada.chat.getState().connection).toMatchObject({
    status: 'stopped',
    error: { code: 'SESSION_REVOKED' },
  })
  expect(ada.connection.tokens).toHaveLength(1)
})

test('close ends everything: what waits is rejected, and no timer is left', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const sent = ada.room.send('never')
  const opened = ada.chat.room('other').open()
  ada.room.close()
  await ada.chat.close()
  await expect(sent).rejects.toMatchObject({ code: 'ABORTED' })
  await expect(opened).rejects.toMatchObject({ code: 'ABORTED' })
  expect(world.clock.timers()).toBe(0)
  expect(ada.chat.getState().connection.status).toBe('stopped')
})

test('a quiet room has no timer (I11)', async () => {
  const world = new World()
  const ada = await world.live('ada')
  ada.room.send('hello')
  await world.rest(2_000)
  expect(ada.room.messages()).toMatchObject([{ status: 'sent' }])
  expect(world.clock.timers()).toBe(0)
})

test('StrictMode: open, close and open again is one subscription', async () => {
  const world = new World()
  const ada = world.client('ada')
  void ada.room.open()
  ada.room.close()
  void ada.room.open()
  await world.rest(5_000)
  expect(ada.connection.served.filter(({ event }) => event === 'join-rooms')).toHaveLength(1)
  expect(ada.room.getState().status).toBe('live')
  ada.room.close()
  await world.rest(3_000)
  expect(ada.room.getState().status).toBe('idle')
  world.server.sendAs(ROOM, 'bob', 'not subscribed any more')
  expect(ada.connection.has('changes')).toBe(false)
})
