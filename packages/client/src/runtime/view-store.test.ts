import { expect, test } from 'vitest'
import { ROOM, type TestClient, World } from '../test-support/testing-world'
import { newTopic } from './notifier'
import { createViewStore } from './view-store'

/** Counts calls of everything that an app can listen to. */
function listen({ chat, room }: TestClient) {
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

test('a repeated change notifies nobody', async () => {
  const world = new World()
  const ada = await world.live('ada')
  world.server.say(ROOM, 'bob', 'hello')
  const frame = ada.line.take('changes')
  const calls = listen(ada)
  frame.run()
  expect(calls.take()).toEqual({ ...NONE, chat: 1, rooms: 1, room: 1, messages: 1 })
  frame.run()
  frame.run()
  expect(calls.take()).toEqual(NONE)
})

test('a hundred changes in one frame notify once', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const changes = Array.from({ length: 100 }, (_, i) => world.server.say(ROOM, 'bob', `message ${i}`))
  ada.line.frames = []
  const calls = listen(ada)
  ada.line.broadcast(ROOM, changes)
  await world.settle()
  expect(ada.contents()).toHaveLength(100)
  expect(calls.take()).toEqual({ ...NONE, chat: 1, rooms: 1, room: 1, messages: 1 })
})

test('typing notifies no message selector, and ends by itself', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const calls = listen(ada)
  const room = world.server.room(ROOM).room.id
  const [bob] = world.server.room(ROOM).members.values()
  const type = (): void =>
    ada.line.tell({
      event: 'typing',
      payload: {
        roomId: room,
        userId:
          [...world.server.room(ROOM).members.values()].find((member) => member.userId === 'bob')?.userId ??
          bob?.userId ??
          ('' as never),
        name: 'Bob',
        until: new Date(world.clock.now() + 5_000).toISOString(),
      },
    })
  type()
  await world.settle()
  expect(ada.room.getState().typing).toEqual([{ userId: 'bob', name: 'Bob' }])
  expect(calls.take()).toEqual({ ...NONE, room: 1, typing: 1 })
  await world.pass(4_999)
  expect(ada.room.getState().typing).toHaveLength(1)
  await world.pass(1)
  expect(ada.room.getState().typing).toEqual([])
  expect(calls.take()).toEqual({ ...NONE, room: 1, typing: 1 })
  type()
  await world.settle()
  world.server.say(ROOM, 'bob', 'done')
  await world.settle()
  expect(ada.room.getState().typing).toEqual([])
})

test('a message keeps its reference while others change, and the list while none does', async () => {
  const world = new World()
  const ada = await world.live('ada')
  for (let i = 0; i < 300; i++) world.server.say(ROOM, 'bob', `message ${i}`)
  await world.settle()
  const before = ada.room.messages()
  ada.room.setDraft('typing along')
  expect(ada.room.messages()).toBe(before)
  world.server.edit(ROOM, 'bob', 150, 'edited')
  await world.settle()
  const after = ada.room.messages()
  expect(after.filter((message, i) => message !== before[i]).map((message) => message.seq)).toEqual([150])
})

test('a send is on screen in the same tick, and tells once for sending', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const calls = listen(ada)
  ada.room.send('now')
  expect(ada.room.messages()).toMatchObject([{ content: 'now', status: 'sending' }])
  expect(calls.take()).toMatchObject({ messages: 1, room: 1, typing: 0 })
})

test('what one types without a line is dropped, not sent later', async () => {
  const world = new World()
  const ada = await world.live('ada')
  ada.line.cut()
  ada.room.setTyping(true)
  await world.rest()
  expect(ada.room.getState().status).toBe('live')
  expect(ada.line.served.filter(({ event }) => event === 'typing')).toEqual([])
})

test('what one types goes out at most every 2.5 s, and its end at once', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const told = (): unknown[] =>
    ada.line.frames
      .filter(({ event }) => event === 'typing')
      .map(({ payload }) => (payload as { typing: boolean }).typing)
  ada.room.setTyping(true)
  ada.room.setTyping(true)
  await world.pass(2_499)
  ada.room.setTyping(true)
  expect(told()).toEqual([true])
  await world.pass(1)
  ada.room.setTyping(true)
  expect(told()).toEqual([true, true])
  ada.room.setTyping(false)
  ada.room.setTyping(false)
  expect(told()).toEqual([true, true, false])
})

test('a room that nobody listens to has no store: nothing is made of what happens in it', () => {
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

test('one that begins in a notification is called from the next on, however long it goes on beginning', () => {
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
