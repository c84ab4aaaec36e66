import { asMessageId, asRoomId, asUserId } from '@roomful/protocol'
import { createTestWorld, type TestWorld } from '@roomful/testing'
import { expect, test } from 'vitest'
import type { Room } from '../room'
import { ROOM } from '../test-support/two-people'

/** A room with this many messages of bob's, which ada has not opened. */
async function worldOf(history: number) {
  const world = await createTestWorld({ users: ['bob', 'ada'] })
  const ada = world.clients.ada.room(ROOM)
  await world.fill(ROOM, 'bob', history)
  const room = world.clients.bob.room(ROOM)
  void room.open()
  await world.settle()
  const deletes = (seq: number) => {
    const messageId = asMessageId(`bob-fill-${String(seq).padStart(6, '0')}`)
    const deleted = world.clients.bob.request('delete-message', { roomId: asRoomId(ROOM), messageId })
    return Promise.all([deleted, world.advance(300)])
  }
  return { world, ada, bob: room, deletes }
}

/** Reads a stream as fast as it gives, and keeps what came. */
function read(room: Room, options: { after?: number; signal?: AbortSignal }) {
  const seqs: number[] = []
  const done = (async () => {
    for await (const message of room.stream(options)) seqs.push(message.seq)
  })()
  done.catch(() => {})
  return { seqs, done }
}
const upTo = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

/** The next message, as time passes. */
async function nextOf(world: TestWorld, iterator: AsyncIterator<{ seq: number; content: string }>) {
  let value: { seq: number; content: string } | undefined
  void iterator.next().then((result) => {
    value = result.value
  })
  for (let ms = 0; value === undefined && ms < 5_000; ms += 5) await world.advance(5)
  return value
}

test('every message once, in order, from far behind the window to live ones, over gaps and cuts', async () => {
  const { world, ada, bob, deletes } = await worldOf(500)
  await deletes(7)
  const { seqs } = read(ada, { after: 0 })
  await world.settle()
  expect(seqs).toEqual(upTo(1, 500).filter((seq) => seq !== 7))
  world.faults.lose({ user: 'ada' })
  for (const text of ['lost', 'seen']) {
    void bob.send(text)
    await world.advance(100)
  }
  await world.advance(2_000)
  expect(seqs.slice(-2)).toEqual([501, 502])
  const heal = world.faults.partition({ user: 'ada' })
  await world.advance(500)
  await world.fill(ROOM, 'ada', 398)
  heal()
  await world.expectConverged()
  expect(seqs).toEqual(upTo(1, 900).filter((seq) => seq !== 7))
})

test('without a place it begins with what comes next', async () => {
  const { world, ada, bob } = await worldOf(5)
  const { seqs } = read(ada, {})
  await world.settle()
  expect(seqs).toEqual([])
  void bob.send('next')
  await world.settle()
  expect(seqs).toEqual([6])
})

test('waits for its consumer, and misses nothing of what has left the window meanwhile', async () => {
  const { world, ada } = await worldOf(0)
  const iterator = ada.stream({ after: 0 })[Symbol.asyncIterator]()
  await world.fill(ROOM, 'bob', 2_500)
  await world.settle()
  const seqs: number[] = []
  const all = (async () => {
    while (seqs.length < 2_500) seqs.push((await iterator.next()).value?.seq ?? 0)
  })()
  await world.advance(10_000)
  await all
  expect(seqs).toEqual(upTo(1, 2_500))
  await iterator.return?.()
})

test('loads nothing ahead of its consumer, and another page only when this one is used up', async () => {
  const { world, ada } = await worldOf(900)
  void ada.open()
  await world.settle()
  const pages = (): number => world.requests('ada').filter(({ event }) => event === 'fetch-history').length
  const iterator = ada.stream({ after: 0 })[Symbol.asyncIterator]()
  await world.advance(5_000)
  expect(pages()).toBe(0)
  for (let i = 1; i <= 200; i++) expect((await nextOf(world, iterator))?.seq).toBe(i)
  await world.advance(5_000)
  expect(pages()).toBe(1)
  await iterator.return?.()
})

test('ends with its signal in the middle of a page, and `break` lets the room go too', async () => {
  const { world, ada } = await worldOf(300)
  const control = new AbortController()
  const seqs: number[] = []
  const done = (async () => {
    for await (const { seq } of ada.stream({ after: 0, signal: control.signal })) {
      seqs.push(seq)
      if (seq === 7) control.abort()
    }
  })()
  await world.settle()
  await done
  expect(seqs).toEqual(upTo(1, 7))
  const left = (async () => {
    for await (const { seq } of ada.stream({ after: 0 })) if (seq === 3) break
  })()
  await world.settle()
  await left
  await world.advance(5_000)
  expect(ada.getState().status).toBe('idle')
})

test('an edit before its turn is in it, a deletion before its turn takes it out', async () => {
  const { world, ada, bob, deletes } = await worldOf(5)
  void ada.open()
  await world.settle()
  const iterator = ada.stream({ after: 1 })[Symbol.asyncIterator]()
  expect((await nextOf(world, iterator))?.seq).toBe(2)
  void bob.edit(bob.messages()[2]?.id ?? '', 'edited')
  await deletes(4)
  expect(await nextOf(world, iterator)).toMatchObject({ seq: 3, content: 'edited' })
  expect((await nextOf(world, iterator))?.seq).toBe(5)
  await iterator.return?.()
})

test('ends with its signal, and lets the room go', async () => {
  const { world, ada } = await worldOf(0)
  const control = new AbortController()
  const { done } = read(ada, { signal: control.signal })
  await world.settle()
  expect(ada.getState().status).toBe('live')
  control.abort()
  await done
  await world.advance(5_000)
  expect(ada.getState().status).toBe('idle')
  expect(world.requests('ada').at(-1)?.event).toBe('leave-rooms')
})

test('throws when the room is removed, and when the chat is closed', async () => {
  const { world, ada, bob } = await worldOf(0)
  const first = read(ada, {})
  await world.settle()
  const payload = { roomId: asRoomId(ROOM), userId: asUserId('ada') }
  await Promise.all([world.clients.bob.request('remove-member', payload), world.advance(1_000)])
  await expect(first.done).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' })
  const second = read(bob, {})
  await world.settle()
  await Promise.all([world.clients.bob.close(), world.advance(5_000)])
  await expect(second.done).rejects.toMatchObject({ code: 'ABORTED' })
})
