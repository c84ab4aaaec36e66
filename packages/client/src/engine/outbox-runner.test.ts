import { createTestWorld } from '@roomful/testing'
import { expect, test } from 'vitest'
import { ROOM, texts, twoPeople } from '../test-support/two-people'

const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `message ${i}`)

test('one request in flight, and the next carries everything that is queued', async () => {
  const { world, ada, bob, until } = await twoPeople()
  const answer = world.faults.hold('answer', 'send-message', { user: 'ada' })
  const [first = '', ...others] = numbered(60)
  const sent = [ada.send(first)]
  await until(() => answer.isThere)
  sent.push(...others.map((text) => ada.send(text)))
  await world.advance(1_000)
  answer.release()
  await world.expectConverged()
  await Promise.all(sent)
  const batches = world
    .requests('ada')
    .filter(({ event }) => event.startsWith('send-message'))
    .map(({ payload }) => (payload as { messages?: unknown[] }).messages?.length ?? 1)
  expect(batches).toEqual([1, 50, 9])
  expect(texts(bob)).toEqual(numbered(60))
})

test('a batch stays below the frame', async () => {
  const { world, ada } = await twoPeople()
  const heal = world.faults.partition({ user: 'ada' })
  await world.advance(500)
  for (let i = 0; i < 10; i++) void ada.send('x'.repeat(8_000))
  heal()
  await world.expectConverged()
  const sizes = world
    .requests('ada')
    .filter(({ event }) => event.startsWith('send-message'))
    .map(({ payload }) => JSON.stringify(payload).length)
  expect(Math.max(...sizes)).toBeLessThan(64 * 1024)
  expect(sizes).toHaveLength(2)
})

test('a rate limit slows it down, in order, and loses none', async () => {
  const { world, ada, bob } = await twoPeople()
  const limit = { user: 'ada' as const, times: 3, details: { retryAfterMs: 1_000 } }
  world.faults.refuse('send-message', 'RATE_LIMITED', limit)
  world.faults.refuse('send-messages', 'RATE_LIMITED', limit)
  const sent = numbered(100).map((text) => ada.send(text))
  await world.advance(2_000)
  expect(texts(bob)).toEqual([])
  await world.expectConverged()
  await Promise.all(sent)
  expect(texts(bob)).toEqual(numbered(100))
})

test('a timeout is unknown, never failed: the same clientId goes out after a sync', async () => {
  const { world, ada, asked } = await twoPeople()
  const before = asked(/sync|send/).length
  world.faults.hold('request', 'send-message', { user: 'ada' })
  const sent = ada.send('slow')
  await world.advance(9_000)
  expect(ada.messages()).toMatchObject([{ status: 'sending' }])
  await world.expectConverged()
  expect((await sent).content).toBe('slow')
  expect(asked(/sync|send/).slice(before)).toEqual(['sync', 'send-message'])
})

test('a send refused for its token waits for a fresh one, which is asked for once however many rooms wait', async () => {
  const { world, chat, ada, asked } = await twoPeople({ rooms: [ROOM, 'other'] })
  world.faults.refuse('send-message', 'TOKEN_EXPIRED', { user: 'ada', times: 2 })
  const sent = [ada.send('here'), chat.room('other').send('there')]
  await world.expectConverged()
  expect(await Promise.all(sent)).toMatchObject([{ content: 'here' }, { content: 'there' }])
  expect(asked(/refresh-token/)).toHaveLength(1)
})

test('one bad message in a batch is found and fails alone', async () => {
  const { world, ada, bob } = await twoPeople()
  const heal = world.faults.partition({ user: 'ada' })
  await world.advance(500)
  const when = (payload: unknown) => JSON.stringify(payload).includes('bad')
  for (const event of ['send-messages', 'send-message'] as const)
    world.faults.refuse(event, 'INVALID_PAYLOAD', { user: 'ada', times: 10, when })
  const sent = ['one', 'bad', 'three'].map((text) => ada.send(text))
  const outcomes = Promise.allSettled(sent)
  heal()
  await world.expectConverged()
  expect(await outcomes).toMatchObject([
    { status: 'fulfilled' },
    { status: 'rejected', reason: { code: 'INVALID_PAYLOAD' } },
    { status: 'fulfilled' },
  ])
  expect(texts(bob)).toEqual(['one', 'three'])
})

test('content that the server would refuse fails at once and visibly, and is not sent', async () => {
  const { world, ada, asked } = await twoPeople()
  await expect(ada.send('x'.repeat(8_001))).rejects.toMatchObject({ code: 'CONTENT_TOO_LONG' })
  expect(ada.messages()).toMatchObject([{ status: 'failed', error: { code: 'CONTENT_TOO_LONG' } }])
  await world.settle()
  expect(asked(/send/)).toEqual([])
})

test('at most eight rooms at once', async () => {
  const rooms = Array.from({ length: 12 }, (_, i) => `r${i}`)
  const world = await createTestWorld({ users: ['ada'], rooms })
  const sends = () => world.requests('ada').filter(({ event }) => event === 'send-message').length
  const normal = world.faults.delay(1_000)
  for (const id of rooms) void world.clients.ada.room(id).send('hi')
  // All that goes out before the first answer is there, and no answer is back.
  await world.advance(1_500)
  expect(sends()).toBe(8)
  normal()
  await world.expectConverged()
  expect(sends()).toBe(12)
  expect(world.clients.ada.getState().unsent).toBe(0)
})

test('an ignored refusal raises nothing', async () => {
  const raised: unknown[] = []
  const note = (reason: unknown): void => void raised.push(reason)
  process.on('unhandledRejection', note)
  const { world, chat, ada } = await twoPeople()
  world.faults.refuse('send-message', 'MUTED', { user: 'ada' })
  void ada.send('ignored')
  await world.settle()
  void ada.edit('nothing', '')
  await Promise.all([chat.close(), world.advance(10_000)])
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', note)
  expect(raised).toEqual([])
  expect(ada.messages()).toMatchObject([{ status: 'failed' }])
})
