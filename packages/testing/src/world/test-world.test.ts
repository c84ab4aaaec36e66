import { expect, expectTypeOf, test, vi } from 'vitest'
import { createTestWorld } from './test-world'

const texts = (chat: { room(id: string): { messages(): readonly { content: string }[] } }): string[] =>
  chat
    .room('general')
    .messages()
    .map((message) => message.content)

test('a message whose answer is lost arrives once', async () => {
  await using world = await createTestWorld({ users: ['ann', 'bob'] })
  const { ann, bob } = world.clients
  void ann.room('general').open()
  void bob.room('general').open()
  await world.settle()

  world.faults.dropAck('send-message', { user: 'ann' })
  world.faults.lose({ user: 'ann' })
  ann.room('general').send('hello')
  await world.expectConverged()

  expect(texts(bob)).toEqual(['hello'])
  expect(texts(ann)).toEqual(['hello'])
})

test('messages sent without a network go out when it is back, in order, also after a reload', async () => {
  await using world = await createTestWorld({ users: ['ann', 'bob'] })
  const { bob } = world.clients
  void bob.room('general').open()
  void world.clients.ann.room('general').open()
  await world.settle()

  const heal = world.faults.partition({ user: 'ann' })
  for (const text of ['one', 'two', 'three']) world.clients.ann.room('general').send(text)
  await world.advance(5_000)
  await world.reload('ann')
  heal()
  await world.expectConverged()

  expect(texts(bob)).toEqual(['one', 'two', 'three'])
})

test('lost, doubled and overtaken broadcasts leave no trace', async () => {
  await using world = await createTestWorld({ seed: 7, users: ['ann', 'bob'], nodes: 2 })
  const { ann, bob } = world.clients
  void ann.room('general').open()
  void bob.room('general').open()
  await world.settle()

  world.faults.reorder({ user: 'bob' })
  world.faults.lose({ user: 'bob' })
  world.faults.duplicate({ user: 'bob', times: 2 })
  const end = world.faults.slowStore(300)
  for (let i = 1; i <= 6; i++) {
    ann.room('general').send(`text ${i}`)
    await world.advance(700)
  }
  end()
  await world.expectConverged()

  expect(texts(bob)).toEqual(['text 1', 'text 2', 'text 3', 'text 4', 'text 5', 'text 6'])
})

test('one seed is one world', async () => {
  const run = async (): Promise<number> => {
    await using world = await createTestWorld({ seed: 'same', users: ['ann', 'bob'] })
    void world.clients.ann.room('general').open()
    world.clients.ann.room('general').send('hello')
    await world.settle()
    world.faults.disconnect()
    await world.settle()
    return world.now
  }
  expect(await run()).toBe(await run())
})

test('its users are typed: a name that it has not is an error, of the compiler and at run time', async () => {
  await using world = await createTestWorld({ users: ['ann', 'bob'] })
  expectTypeOf<keyof typeof world.clients>().toEqualTypeOf<'ann' | 'bob'>()
  // @ts-expect-error there is no carl
  expect(world.clients.carl).toBeUndefined()
  // @ts-expect-error there is no carl
  expect(() => world.faults.partition({ user: 'carl' })).toThrow('there is no device of {"user":"carl"}')
  // @ts-expect-error there is no carl
  await expect(world.addDevice('carl')).rejects.toThrow('there is no device carl')
})

test('what is awaited comes while the world plays, and its time stands still after it', async () => {
  await using world = await createTestWorld({ users: ['ann', 'bob'] })
  const stop = world.play(20)
  const { ann, bob } = world.clients
  await ann.room('general').open()
  await bob.room('general').open()
  const { id } = await ann.room('general').send('hello')
  await ann.room('general').react(id, '👋', 'add')
  stop()
  await world.settle()
  expect(bob.room('general').messages()).toMatchObject([{ content: 'hello', reactions: [{ emoji: '👋' }] }])
  const { now } = world
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(world.now).toBe(now)
})

test('a test that fakes the timers drives it all the same', async () => {
  vi.useFakeTimers()
  try {
    await using world = await createTestWorld({ users: ['ann'] })
    void world.clients.ann.room('general').open()
    await world.expectConverged()
    expect(world.clients.ann.room('general').getState().status).toBe('live')
  } finally {
    vi.useRealTimers()
  }
})

test('it reports what is not right', async () => {
  await using world = await createTestWorld({ users: ['ann'] })
  void world.clients.ann.room('general').open()
  await world.settle()
  world.faults.partition()
  world.clients.ann.room('general').send('never')
  await expect(world.expectConverged()).rejects.toThrow(/ann is (waiting|connecting)/)
})
