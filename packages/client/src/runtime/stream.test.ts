import { expect, test } from 'vitest'
import { addMessage, deleteMessage } from '../test-support/model-room'
import { ROOM, type TestClient, World } from '../test-support/testing-world'

/** Reads a stream as fast as it gives, and keeps what came. */
function read(ada: TestClient, options: { after?: number; signal?: AbortSignal }) {
  const seqs: number[] = []
  const done = (async () => {
    for await (const message of ada.room.stream(options)) seqs.push(message.seq)
  })()
  done.catch(() => {})
  return { seqs, done }
}
const upTo = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

test('every message once, in order, from far behind the window to live ones, over gaps and cuts', async () => {
  const world = new World()
  for (let i = 1; i <= 500; i++) addMessage(world.server.room(ROOM), 'bob', { content: `old ${i}` })
  deleteMessage(world.server.room(ROOM), 7)
  const ada = world.client('ada')
  const { seqs } = read(ada, { after: 0 })
  await world.settle()
  expect(seqs).toEqual(upTo(1, 500).filter((seq) => seq !== 7))
  world.server.say(ROOM, 'bob', 'lost')
  ada.line.take('changes')
  world.server.say(ROOM, 'bob', 'seen')
  await world.rest(2_000)
  expect(seqs.slice(-2)).toEqual([501, 502])
  ada.line.cut()
  for (let i = 503; i <= 900; i++) addMessage(world.server.room(ROOM), 'bob', { content: `old ${i}` })
  await world.rest(5_000)
  expect(seqs).toEqual(upTo(1, 900).filter((seq) => seq !== 7))
  await ada.chat.close()
})

test('without a place it begins with what comes next', async () => {
  const world = new World()
  for (let i = 1; i <= 5; i++) addMessage(world.server.room(ROOM), 'bob', { content: `old ${i}` })
  const ada = world.client('ada')
  const { seqs } = read(ada, {})
  await world.settle()
  expect(seqs).toEqual([])
  world.server.say(ROOM, 'bob', 'next')
  await world.settle()
  expect(seqs).toEqual([6])
})

test('waits for its consumer, and misses nothing meanwhile', async () => {
  const world = new World()
  const ada = await world.live('ada', { windowSize: 200 })
  const iterator = ada.room.stream({ after: 0 })[Symbol.asyncIterator]()
  for (let i = 1; i <= 800; i++) world.server.say(ROOM, 'bob', `message ${i}`)
  await world.settle()
  const seqs: number[] = []
  for (let i = 0; i < 800; i++) {
    const next = iterator.next()
    await world.settle()
    const { value } = await next
    seqs.push(value?.seq ?? 0)
  }
  expect(seqs).toEqual(upTo(1, 800))
  await iterator.return?.()
})

test('loads nothing ahead of its consumer, and another page only when this one is used up', async () => {
  const world = new World()
  for (let i = 1; i <= 900; i++) addMessage(world.server.room(ROOM), 'bob', { content: `old ${i}` })
  const ada = await world.live('ada')
  const pages = (): number => ada.line.served.filter(({ event }) => event === 'fetch-history').length
  const iterator = ada.room.stream({ after: 0 })[Symbol.asyncIterator]()
  await world.rest(5_000)
  expect(pages()).toBe(0)
  for (let i = 1; i <= 200; i++) {
    const next = iterator.next()
    await world.settle()
    expect((await next).value?.seq).toBe(i)
  }
  await world.rest(5_000)
  expect(pages()).toBe(1)
  await iterator.return?.()
})

test('ends with its signal in the middle of a page, and `break` lets the room go too', async () => {
  const world = new World()
  for (let i = 1; i <= 300; i++) addMessage(world.server.room(ROOM), 'bob', { content: `old ${i}` })
  const ada = world.client('ada')
  const control = new AbortController()
  const seqs: number[] = []
  const done = (async () => {
    for await (const { seq } of ada.room.stream({ after: 0, signal: control.signal })) {
      seqs.push(seq)
      if (seq === 7) control.abort()
    }
  })()
  await world.settle()
  await done
  expect(seqs).toEqual(upTo(1, 7))
  const left = (async () => {
    for await (const { seq } of ada.room.stream({ after: 0 })) if (seq === 3) break
  })()
  await world.settle()
  await left
  await world.rest(5_000)
  expect(ada.room.getState().status).toBe('idle')
})

test('an edit before its turn is in it, a deletion before its turn takes it out', async () => {
  const world = new World()
  for (let i = 1; i <= 5; i++) addMessage(world.server.room(ROOM), 'bob', { content: `old ${i}` })
  const ada = await world.live('ada')
  const iterator = ada.room.stream({ after: 1 })[Symbol.asyncIterator]()
  expect((await iterator.next()).value?.seq).toBe(2)
  world.server.edit(ROOM, 'bob', 3, 'edited')
  world.server.remove(ROOM, 'bob', 4)
  await world.settle()
  expect((await iterator.next()).value).toMatchObject({ seq: 3, content: 'edited' })
  expect((await iterator.next()).value?.seq).toBe(5)
  await iterator.return?.()
})

test('ends with its signal, and lets the room go', async () => {
  const world = new World()
  const ada = world.client('ada')
  const control = new AbortController()
  const { done } = read(ada, { signal: control.signal })
  await world.settle()
  expect(ada.room.getState().status).toBe('live')
  control.abort()
  await done
  await world.rest(5_000)
  expect(ada.room.getState().status).toBe('idle')
  expect(ada.line.served.at(-1)?.event).toBe('leave-rooms')
})

test('throws when the room is removed, and when the chat is closed', async () => {
  const world = new World()
  const ada = world.client('ada')
  const first = read(ada, {})
  await world.settle()
  ada.line.tell({
    event: 'room-removed',
    payload: { roomId: world.server.room(ROOM).room.id, reason: 'kicked' },
  })
  await world.settle()
  await expect(first.done).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' })
  const bob = world.client('bob')
  const second = read(bob, {})
  await world.settle()
  await bob.chat.close()
  await expect(second.done).rejects.toMatchObject({ code: 'ABORTED' })
})
