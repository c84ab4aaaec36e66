import { expect, test } from 'vitest'
import { refusal } from '../test-support/model-server'
import { expectConverged, ROOM, World } from '../test-support/testing-world'

test('one request in flight, and the next carries all that is queued', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const sent = Array.from({ length: 60 }, (_, i) => ada.room.send(`message ${i}`))
  await world.settle()
  await Promise.all(sent)
  const batches = ada.line.served
    .filter(({ event }) => event.startsWith('send-message'))
    .map(({ payload }) => (payload as { messages?: unknown[] }).messages?.length ?? 1)
  expect(batches).toEqual([1, 50, 9])
  expect(ada.contents()).toEqual(Array.from({ length: 60 }, (_, i) => `message ${i}`))
  expectConverged(world, ada)
})

test('a batch stays below the frame', async () => {
  const world = new World()
  const ada = await world.live('ada')
  ada.line.cut()
  for (let i = 0; i < 10; i++) ada.room.send('x'.repeat(8_000))
  await world.rest()
  const sizes = ada.line.served
    .filter(({ event }) => event.startsWith('send-message'))
    .map(({ payload }) => JSON.stringify(payload).length)
  expect(Math.max(...sizes)).toBeLessThan(64 * 1024)
  expect(sizes).toHaveLength(2)
  expectConverged(world, ada)
})

test('a rate limit slows it down, in order, and loses none', async () => {
  const world = new World()
  const ada = await world.live('ada')
  let tokens = 20
  world.server.refuse = (_user, event) =>
    event === 'send-message' && tokens-- <= 0 ? refusal('RATE_LIMITED', { retryAfterMs: 1_000 }) : undefined
  const sent = Array.from({ length: 100 }, (_, i) => ada.room.send(`message ${i}`))
  for (let seconds = 0; seconds < 60; seconds++) {
    await world.rest(1_000)
    tokens = 10
  }
  await Promise.all(sent)
  expect(ada.contents()).toEqual(Array.from({ length: 100 }, (_, i) => `message ${i}`))
  expectConverged(world, ada)
})

test('a timeout is unknown, never failed: the same clientId goes out after a sync', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const sent = ada.room.send('slow')
  await world.tick()
  ada.line.take('send-message')
  await world.pass(10_000)
  expect(ada.room.messages()).toMatchObject([{ status: 'sending' }])
  await world.rest()
  expect((await sent).content).toBe('slow')
  expect(ada.line.served.map(({ event }) => event).filter((event) => /sync|send/.test(event))).toEqual([
    'sync',
    'sync',
    'send-message',
  ])
  expectConverged(world, ada)
})

test('a send refused for its token waits for a fresh one, which is asked for once however many rooms wait', async () => {
  const world = new World()
  world.server.addRoom('other', ['ada'])
  let tokens = 0
  const ada = await world.live('ada', { auth: () => `token ${++tokens}` })
  void ada.chat.room('other').open()
  await world.settle()
  let isOver = true
  world.server.refuse = (_user, event) => {
    if (event === 'refresh-token') isOver = false
    return event === 'send-message' && isOver ? refusal('TOKEN_EXPIRED') : undefined
  }
  const sent = [ada.room.send('here'), ada.chat.room('other').send('there')]
  await world.rest()
  expect(await Promise.all(sent)).toMatchObject([{ content: 'here' }, { content: 'there' }])
  expect(tokens).toBe(2)
  expect(ada.line.served.filter(({ event }) => event === 'refresh-token')).toMatchObject([
    { payload: { token: 'token 2' } },
  ])
  expectConverged(world, ada)
})

test('one bad message in a batch is found and fails alone', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const answer = world.server.answer.bind(world.server)
  world.server.answer = ((userId, event, payload) =>
    JSON.stringify(payload).includes('bad') && event.startsWith('send-message')
      ? refusal('INVALID_PAYLOAD')
      : answer(userId, event, payload)) as typeof world.server.answer
  ada.line.cut()
  const sent = ['one', 'bad', 'three'].map((content) => ada.room.send(content))
  await world.rest()
  await expect(sent[1]).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' })
  expect(world.server.room(ROOM).messages.map((row) => row.content)).toEqual(['one', 'three'])
})

test('content that the server would refuse fails at once and visibly, and is not sent', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const sent = ada.room.send('x'.repeat(8_001))
  await expect(sent).rejects.toMatchObject({ code: 'CONTENT_TOO_LONG' })
  expect(ada.room.messages()).toMatchObject([{ status: 'failed', error: { code: 'CONTENT_TOO_LONG' } }])
  await world.settle()
  expect(ada.line.served.some(({ event }) => event === 'send-message')).toBe(false)
})

test('at most eight rooms at once', async () => {
  const world = new World()
  for (let i = 0; i < 12; i++) world.server.addRoom(`r${i}`, ['ada'])
  const ada = await world.live('ada')
  for (let i = 0; i < 12; i++) ada.chat.room(`r${i}`).send('hi')
  await world.tick()
  expect(ada.line.frames.filter(({ event }) => event === 'send-message')).toHaveLength(8)
  await world.settle()
  expect(ada.line.served.filter(({ event }) => event === 'send-message')).toHaveLength(12)
  expect(ada.chat.getState().unsent).toBe(0)
})

test('an ignored refusal raises nothing', async () => {
  const raised: unknown[] = []
  const note = (reason: unknown): void => void raised.push(reason)
  process.on('unhandledRejection', note)
  const world = new World()
  const ada = await world.live('ada')
  world.server.refuse = (_user, event) => (event === 'send-message' ? refusal('MUTED') : undefined)
  ada.room.send('ignored')
  await world.settle()
  void ada.room.edit('nothing', '')
  await ada.chat.close()
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', note)
  expect(raised).toEqual([])
  expect(ada.room.messages()).toMatchObject([{ status: 'failed' }])
})
