import { asRoomId, asUserId } from '@roomful/protocol'
import { beforeAll, expect, test } from 'vitest'
import { createTestWorld, type TestWorld } from '../world/test-world'

const ROOM = 'general'

/** A source that says this, and then nothing more for ever. */
function silentAfter(...pieces: string[]) {
  let isEnded = false
  const iterator: AsyncIterator<string> = {
    next: async () => {
      const value = pieces.shift()
      return value === undefined ? new Promise(() => {}) : { done: false, value }
    },
    return: async () => {
      isEnded = true
      return { done: true, value: undefined }
    },
  }
  return { pieces: { [Symbol.asyncIterator]: () => iterator }, isEnded: () => isEnded }
}

function outcomeOf(promise: Promise<unknown>): () => unknown {
  let outcome: unknown = 'pending'
  promise.then(
    (value) => {
      outcome = value
    },
    (error) => {
      outcome = error
    },
  )
  return () => outcome
}

/** bob owns the room. */
async function scene() {
  const world: TestWorld = await createTestWorld({ users: ['bob', 'ada'] })
  const chat = (name: string) => world.clients[name] ?? expect.unreachable()
  const room = (name: string) => chat(name).room(ROOM)
  for (const name of ['bob', 'ada'])
    void room(name)
      .open()
      .catch(() => {})
  await world.settle()
  const offline = async (): Promise<() => void> => {
    const heal = world.faults.partition({ user: 'ada' })
    await world.advance(60_000)
    return heal
  }
  return { world, chat, room, offline }
}

// The code of producers is loaded once: nothing in a world waits for a disk.
beforeAll(async () => {
  const { world, room } = await scene()
  const done = outcomeOf(room('ada').sendStream(['loaded']).done)
  while (done() === 'pending') {
    await new Promise((resolve) => setTimeout(resolve, 1))
    await world.advance(1_000)
  }
})

test('I22: the chat is closed while a source says nothing: the stream ends, and so does the source (seed 505299)', async () => {
  const { world, chat, room } = await scene()
  const { pieces, isEnded } = silentAfter('some words')
  const done = outcomeOf(room('ada').sendStream(pieces).done)
  await world.advance(2_000)
  expect(done()).toBe('pending')
  const closed = outcomeOf(chat('ada').close())
  await world.advance(1)
  expect(done()).toMatchObject({ code: 'ABORTED' })
  expect(isEnded()).toBe(true)
  await world.advance(1_000)
  expect(closed()).toEqual({ unsent: 0 })
})

test('I22: the chat is closed while a stream waits to continue its message (seed 55795)', async () => {
  const { world, chat, room } = await scene()
  const { pieces } = silentAfter('some words')
  const first = room('ada').sendStream(pieces)
  await world.advance(2_000)
  first.interrupt()
  await world.settle()
  world.faults.storeDown()
  const second = room('ada').sendStream(['some words, and more'], { clientId: first.clientId })
  const done = outcomeOf(second.done)
  await world.advance(1_500)
  expect(done()).toBe('pending')
  void chat('ada').close()
  await world.advance(1)
  expect(done()).toMatchObject({ code: 'ABORTED' })
})

test('I22: two streams continue one message that is not at the server yet: both end (seed 159)', async () => {
  const { world, room, offline } = await scene()
  const heal = await offline()
  const clientId = 'one-message'
  const first = outcomeOf(room('ada').sendStream(['a b'], { clientId }).done)
  const second = outcomeOf(room('ada').sendStream(['a b'], { clientId }).done)
  await world.advance(1_000)
  heal()
  await world.settle()
  for (const done of [first, second]) expect(done()).not.toBe('pending')
  expect(
    room('bob')
      .messages()
      .map(({ content }) => content),
  ).toEqual(['a b'])
})

test('a growing message that is deleted before it is sent leaves nothing in the outbox (seed 323)', async () => {
  const { world, chat, room, offline } = await scene()
  const heal = await offline()
  const stream = room('ada').sendStream(silentAfter('some words').pieces)
  const done = outcomeOf(stream.done)
  await world.advance(100)
  void room('ada').delete(stream.clientId)
  await world.advance(100)
  expect(done()).toMatchObject({ code: 'ABORTED' })
  heal()
  await world.expectConverged()
  expect(room('bob').messages()).toEqual([])
  const closed = outcomeOf(chat('ada').close())
  await world.advance(1_000)
  expect(closed()).toEqual({ unsent: 0 })
})

test('what an unsent message has grown to stays on the screen when its user is removed (seed 208)', async () => {
  const { world, chat, room, offline } = await scene()
  const heal = await offline()
  const { clientId } = room('ada').sendStream(silentAfter('some words').pieces)
  await world.advance(100)
  const shown = () =>
    room('ada')
      .messages()
      .find(({ key }) => key === clientId)
  expect(shown()).toMatchObject({ content: 'some words', status: 'queued' })
  const seen = new Set<string | undefined>()
  room('ada').subscribe(() => seen.add(shown()?.content))
  const [roomId, userId] = [asRoomId(ROOM), asUserId('ada')]
  const removed = chat('bob').request('remove-member', { roomId, userId })
  await Promise.all([removed, world.advance(1_000)])
  heal()
  await world.settle()
  expect([...seen]).toEqual(['some words'])
  expect(shown()).toMatchObject({ status: 'failed' })
})

test('a write that waits takes nothing off the screen once another producer continues its message (seed 18752)', async () => {
  const { world, room, offline } = await scene()
  const clientId = 'one-message'
  const first = room('ada').sendStream(silentAfter('a').pieces, { clientId })
  await world.advance(2_000)
  const heal = await offline()
  first.interrupt()
  await world.advance(100)
  const other = await world.addDevice('ada')
  void other.room(ROOM).open()
  const second = outcomeOf(other.room(ROOM).sendStream(() => [' b', ' c'], { clientId }).done)
  await world.advance(5_000)
  expect(second()).toMatchObject({ content: 'a b c', stream: { state: 'finished', run: 2 } })
  const seen = new Set<string>()
  room('ada').subscribe(() => {
    const shown = room('ada').messages().at(-1)
    seen.add(`${shown?.stream?.run}: ${shown?.content}`)
  })
  heal()
  await world.expectConverged()
  expect([...seen]).toEqual(['1: a', '2: a b c'])
})

test('I22: an app continues one unsent message 20,000 times: all of them end with the chat', async () => {
  const { world, chat, room, offline } = await scene()
  await offline()
  const clientId = 'one-message'
  let ended = 0
  for (let i = 0; i < 20_000; i++) {
    const { done } = room('ada').sendStream(['a'], { clientId })
    done.catch(() => ended++)
  }
  await world.advance(100)
  void chat('ada').close()
  await world.advance(1_000)
  expect(ended).toBe(20_000)
})

test.each([
  ['cancel', { stream: { state: 'cancelled' } }],
  ['interrupt', { code: 'ABORTED' }],
] as const)(
  'a named stream: %s() while it asks to continue its message ends it as that',
  async (end, outcome) => {
    const { world, chat, room } = await scene()
    const answer = world.faults.hold('answer', 'resume-stream', { user: 'ada' })
    const { pieces } = silentAfter('some words')
    const stream = room('ada').sendStream(pieces, { clientId: 'a-named-stream' })
    const done = outcomeOf(stream.done)
    await world.advance(500)
    expect(answer.isThere).toBe(true)
    stream[end]()
    await world.settle()
    answer.release()
    await world.advance(2_000)
    expect(done()).toMatchObject(outcome)
    const row = chat('bob').room(ROOM).messages().at(-1)
    expect(row?.stream?.state).toBe(end === 'cancel' ? 'cancelled' : 'interrupted')
  },
)
