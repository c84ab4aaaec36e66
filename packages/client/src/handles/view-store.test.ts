import { expect, test } from 'vitest'
import { newTopic } from '../engine/notifier'
import { ROOM, type TwoPeople, texts, twoPeople } from '../test-support/two-people'
import { createViewStore } from './view-store'

/** Counts calls of everything that an app can listen to. */
function listen({ chat, ada: room }: TwoPeople) {
  const calls = { chat: 0, rooms: 0, room: 0, messages: 0, typing: 0 }
  chat.subscribe(() => calls.chat++)
  chat.select(
    (state) => state.rooms,
    () => calls.rooms++,
  )
  room.subscribe(() => calls.room++)
  room.select(
    (state) => state.messages,
    () => calls.messages++,
  )
  room.select(
    (state) => state.typing,
    () => calls.typing++,
  )
  return {
    take: () => {
      const taken = { ...calls }
      for (const key of Object.keys(calls) as (keyof typeof calls)[]) calls[key] = 0
      return taken
    },
  }
}
const NONE = { chat: 0, rooms: 0, room: 0, messages: 0, typing: 0 }

test('a repeated change calls no listener', async () => {
  const scene = await twoPeople()
  const { world, bob, until } = scene
  const frame = world.faults.hold('event', 'changes', { user: 'ada' })
  void bob.send('hello')
  await until(() => frame.isThere)
  const calls = listen(scene)
  frame.release()
  expect(calls.take()).toEqual({ ...NONE, chat: 1, rooms: 1, room: 1, messages: 1 })
  frame.release()
  frame.release()
  expect(calls.take()).toEqual(NONE)
})

test('all changes of one frame notify once', async () => {
  const scene = await twoPeople()
  const calls = listen(scene)
  // One commit, and so one frame.
  await scene.world.fill(ROOM, 'bob', 50)
  await scene.world.settle()
  expect(scene.ada.messages()).toHaveLength(50)
  expect(calls.take()).toEqual({ ...NONE, chat: 1, rooms: 1, room: 1, messages: 1 })
})

test('typing notifies no message selector, and ends by itself', async () => {
  const scene = await twoPeople()
  const { world, ada, bob, until } = scene
  const calls = listen(scene)
  bob.setTyping(true)
  await until(() => ada.getState().typing.length > 0)
  expect(ada.getState().typing).toEqual([{ userId: 'bob', name: 'bob' }])
  expect(calls.take()).toEqual({ ...NONE, room: 1, typing: 1 })
  // No more events of bob arrive.
  world.faults.halfOpen({ user: 'bob' })
  await world.advance(4_000)
  expect(ada.getState().typing).toHaveLength(1)
  await world.advance(1_000)
  expect(ada.getState().typing).toEqual([])
  expect(calls.take()).toEqual({ ...NONE, room: 1, typing: 1 })
  // By then both have noticed, and bob is back.
  await world.advance(20_000)
  bob.setTyping(true)
  await until(() => ada.getState().typing.length > 0)
  void bob.send('done')
  await until(() => texts(ada).includes('done'))
  expect(ada.getState().typing).toEqual([])
})

test('a message keeps its reference while others change, and the list while none does', async () => {
  const { world, ada, bob } = await twoPeople()
  await world.fill(ROOM, 'bob', 300)
  await world.settle()
  const before = ada.messages()
  expect(before).toHaveLength(300)
  ada.setDraft('typing along')
  expect(ada.messages()).toBe(before)
  void bob.edit(bob.messages()[149]?.id ?? '', 'edited')
  await world.settle()
  const after = ada.messages()
  expect(after.filter((message, i) => message !== before[i]).map((message) => message.seq)).toEqual([150])
})

test('a send is on screen in the same tick, and notifies once for it', async () => {
  const scene = await twoPeople()
  const calls = listen(scene)
  void scene.ada.send('now')
  expect(scene.ada.messages()).toMatchObject([{ content: 'now', status: 'queued' }])
  expect(calls.take()).toMatchObject({ messages: 1, room: 1, typing: 0 })
})

test('what one types without a connection is dropped, not sent later', async () => {
  const { world, ada, asked, until } = await twoPeople()
  const heal = world.faults.partition({ user: 'ada' })
  await until(() => ada.getState().status === 'offline')
  ada.setTyping(true)
  heal()
  await world.settle()
  expect(ada.getState().status).toBe('live')
  expect(asked(/typing/)).toEqual([])
})

test('what one types goes out at most every 2.5 s, and its end at once', async () => {
  const { world, ada } = await twoPeople()
  const sent = async (): Promise<unknown[]> => {
    await world.advance(100)
    return world
      .requests('ada')
      .filter(({ event }) => event === 'typing')
      .map(({ payload }) => (payload as { typing: boolean }).typing)
  }
  ada.setTyping(true)
  ada.setTyping(true)
  await world.advance(2_300)
  ada.setTyping(true)
  expect(await sent()).toEqual([true])
  await world.advance(200)
  ada.setTyping(true)
  expect(await sent()).toEqual([true, true])
  ada.setTyping(false)
  ada.setTyping(false)
  expect(await sent()).toEqual([true, true, false])
})

test('a room without listeners has no store: nothing is made of what happens in it', () => {
  const topic = newTopic('r')
  let views = 0
  let state = { n: 0 }
  const { select } = createViewStore(topic, () => {
    views++
    return state
  })
  expect(topic.publish).toBeNull()
  const seen: number[] = []
  const stop = select(
    ({ n }) => n,
    (n) => seen.push(n),
  )
  const publish = () => topic.publish?.((error) => void Promise.reject(error))
  state = { n: 1 }
  publish()
  expect(seen).toEqual([1])
  stop()
  stop()
  views = 0
  state = { n: 2 }
  publish()
  expect([topic.publish, views]).toEqual([null, 0])
})

test('one added in a notification is called from the next on, however often more are added', () => {
  const topic = newTopic('r')
  let state = { n: 0 }
  const { subscribe } = createViewStore(topic, () => state)
  let calls = 0
  const begin = (): void => {
    const stop = subscribe(() => {
      calls++
      stop()
      // Bounded, so that a mistake is a failure and no endless loop.
      if (calls < 50) begin()
      state = { n: state.n + 1 }
    })
  }
  begin()
  subscribe(() => {})
  state = { n: 1 }
  const publish = () => topic.publish?.((error) => void Promise.reject(error))
  publish()
  expect(calls).toBe(1)
  publish()
  expect(calls).toBe(2)
})
