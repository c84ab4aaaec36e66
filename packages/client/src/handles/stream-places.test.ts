import { expect, test } from 'vitest'
import type { Room, ShownMessage } from '../room'
import { addMessage, deleteMessage, editMessage, type ModelRoom } from '../test-support/model-room'
import { refusal } from '../test-support/model-server'
import { ROOM, type TestClient, World } from '../test-support/testing-world'
import { wakeable } from '../test-support/wakeable'

function filled(count: number): World {
  const world = new World()
  for (let i = 1; i <= count; i++) addMessage(world.server.room(ROOM), 'bob', { content: `old ${i}` })
  return world
}
const upTo = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

/** Reads as fast as it gives, and keeps what came and how it ended. */
function reading(room: Room, options: Parameters<Room['stream']>[0] = {}) {
  const read = { seqs: [] as number[], contents: [] as string[], end: 'reading' }
  const run = async (): Promise<void> => {
    for await (const { seq, content } of room.stream(options)) {
      read.seqs.push(seq)
      read.contents.push(content)
    }
  }
  run().then(
    () => {
      read.end = 'done'
    },
    (error) => {
      read.end = error.code
    },
  )
  return read
}
const pagesOf = ({ connection }: TestClient): number =>
  connection.served.filter(({ event }) => event === 'fetch-history').length

async function next(
  world: World,
  iterator: AsyncIterator<ShownMessage, void>,
): Promise<ShownMessage | undefined> {
  const one = iterator.next()
  await world.settle()
  return (await one).value ?? undefined
}

test('two loops over one stream are two readers, each with every message', async () => {
  const world = filled(300)
  const ada = await world.live('ada')
  const stream = ada.room.stream({ after: 0 })
  const seqs: number[][] = [[], []]
  for (const own of seqs)
    void (async () => {
      for await (const { seq } of stream) own.push(seq)
    })()
  await world.settle()
  expect(seqs).toEqual([upTo(1, 300), upTo(1, 300)])
})

test('several next() at once are answered in order, each with another message', async () => {
  const world = filled(300)
  const ada = await world.live('ada')
  const iterator = ada.room.stream({ after: 0 })[Symbol.asyncIterator]()
  const asked = upTo(1, 260).map(() => iterator.next())
  await world.settle()
  expect((await Promise.all(asked)).map(({ value }) => value?.seq)).toEqual(upTo(1, 260))
  const waiting = [...upTo(1, 50)].map(() => iterator.next())
  await world.settle()
  await iterator.return?.()
  const ends = await Promise.all(waiting)
  expect(ends.filter(({ done }) => done)).toHaveLength(10)
})

test.each([
  [-7, upTo(1, 300)],
  [Number.NEGATIVE_INFINITY, upTo(1, 300)],
  [0, upTo(1, 300)],
  [297.9, [298, 299, 300]],
  [300, []],
  [301, []],
  [9_999, []],
  [1e300, []],
  [Number.POSITIVE_INFINITY, []],
])('after %d of 300, and then one more', async (after, expected) => {
  const world = filled(300)
  const ada = world.client('ada')
  const read = reading(ada.room, { after })
  await world.settle()
  expect(read.seqs).toEqual(expected)
  world.server.sendAs(ROOM, 'bob', 'next')
  await world.settle()
  expect(read.seqs).toEqual([...expected, 301])
})

test.each([Number.NaN, '5', null])('after %s is refused, and nothing is opened', async (after) => {
  const world = filled(3)
  const ada = world.client('ada')
  const iterator = ada.room.stream({ after: after as number })[Symbol.asyncIterator]()
  await expect(iterator.next()).rejects.toMatchObject({ code: 'INVALID_PAYLOAD', field: 'after' })
  expect(ada.room.getState().status).toBe('idle')
  expect(await iterator.next()).toEqual({ done: true, value: undefined })
})

test('tombstones at the end, and whole pages of them, are passed over, and what comes next is given', async () => {
  const world = filled(700)
  for (const seq of [...upTo(1, 450), 699, 700]) deleteMessage(world.server.room(ROOM), seq)
  const ada = await world.live('ada')
  const read = reading(ada.room, { after: 0 })
  await world.rest(5_000)
  expect(read.seqs).toEqual(upTo(451, 698))
  const asked = ada.connection.served.length
  await world.rest(60_000)
  expect(ada.connection.served).toHaveLength(asked)
  world.server.sendAs(ROOM, 'bob', 'next')
  world.server.remove(ROOM, 'bob', 701)
  world.server.sendAs(ROOM, 'bob', 'and one more')
  await world.settle()
  expect(read.seqs.slice(-1)).toEqual([702])
})

test('purged messages are skipped in one step, wherever the stream is', async () => {
  const world = filled(100_000)
  const member = world.server.room(ROOM).members.get('ada') ?? expect.fail('she is in it')
  world.server.room(ROOM).members.set('ada', { ...member, fromSeq: 99_501 })
  const ada = world.client('ada')
  const read = reading(ada.room, { after: 0 })
  await world.settle()
  expect(read.seqs).toEqual(upTo(99_501, 100_000))
  expect(pagesOf(ada)).toBeLessThanOrEqual(4)
})

test('a page that is refused for good ends the stream with the refusal', async () => {
  const world = filled(300)
  const ada = await world.live('ada')
  world.server.refuse = (_user, event) =>
    event === 'fetch-history' ? refusal('HISTORY_TRUNCATED') : undefined
  const read = reading(ada.room, { after: 0 })
  await world.settle()
  expect(read.end).toBe('HISTORY_TRUNCATED')
})

test('a page that is refused for now is requested ever more rarely, and no sooner than the server allows', async () => {
  const world = filled(300)
  const { environment, wake } = wakeable()
  const ada = await world.live('ada', { ports: { environment } })
  let retryAfterMs: number | undefined
  world.server.refuse = (_user, event) =>
    event === 'fetch-history'
      ? refusal(retryAfterMs ? 'RATE_LIMITED' : 'UNAVAILABLE', retryAfterMs ? { retryAfterMs } : {})
      : undefined
  const read = reading(ada.room, { after: 0 })
  await world.rest(60_000)
  // 0.5, 1, 2, 4, 8, 16 s apart, and so on.
  expect(pagesOf(ada)).toBeLessThanOrEqual(8)
  const asked = pagesOf(ada)
  wake('visible')
  await world.settle()
  expect(pagesOf(ada)).toBe(asked + 1)
  retryAfterMs = 20_000
  await world.rest(5_000)
  const limited = pagesOf(ada)
  wake('visible')
  await world.rest(14_000)
  expect(pagesOf(ada)).toBe(limited)
  world.server.refuse = () => undefined
  await world.rest(7_000)
  expect(read.seqs).toEqual(upTo(1, 300))
})

test('a page that is never answered is asked for again, and a connection that is lost costs no wait', async () => {
  const world = filled(300)
  const ada = await world.live('ada')
  const read = reading(ada.room, { after: 0 })
  await world.tick()
  ada.connection.take('fetch-history')
  await world.rest(12_000)
  expect(read.seqs).toEqual(upTo(1, 300))
  const again = reading(ada.room, { after: 0 })
  await world.tick()
  ada.connection.cut()
  await world.pass(500)
  await world.settle()
  expect(again.seqs).toEqual(upTo(1, 300))
})

test('far behind, an edit before its turn is in it, and a deletion before its turn takes it out', async () => {
  const world = filled(600)
  const ada = await world.live('ada')
  const iterator = ada.room.stream({ after: 0 })[Symbol.asyncIterator]()
  expect(await next(world, iterator)).toMatchObject({ seq: 1 })
  world.server.edit(ROOM, 'bob', 2, 'edited')
  world.server.remove(ROOM, 'bob', 3)
  await world.settle()
  expect(await next(world, iterator)).toMatchObject({ seq: 2, content: 'edited' })
  expect(await next(world, iterator)).toMatchObject({ seq: 4 })
  await iterator.return?.()
})

test('so are those that come while the page is under way, and is older', async () => {
  const world = filled(600)
  const ada = await world.live('ada')
  const read = reading(ada.room, { after: 0 })
  await world.tick()
  ada.connection.take('fetch-history').run()
  const page = ada.connection.take('fetch-history ack')
  world.server.edit(ROOM, 'bob', 2, 'edited')
  world.server.remove(ROOM, 'bob', 3)
  await world.settle()
  page.run()
  await world.settle()
  expect(read.contents.slice(0, 3)).toEqual(['old 1', 'edited', 'old 4'])
  expect(read.seqs).toHaveLength(599)
})

test('so are those that were missed while the connection was gone', async () => {
  const world = filled(600)
  const ada = await world.live('ada')
  const iterator = ada.room.stream({ after: 0 })[Symbol.asyncIterator]()
  expect(await next(world, iterator)).toMatchObject({ seq: 1 })
  ada.connection.cut()
  editMessage(world.server.room(ROOM), 2, 'edited')
  deleteMessage(world.server.room(ROOM), 3)
  await world.rest(3_000)
  expect(await next(world, iterator)).toMatchObject({ seq: 2, content: 'edited' })
  expect(await next(world, iterator)).toMatchObject({ seq: 4 })
  await iterator.return?.()
})

test('a page from a reader that lags behind is asked for again', async () => {
  const world = filled(600)
  const ada = await world.live('ada')
  world.server.lagging = structuredClone(world.server.rooms)
  world.server.edit(ROOM, 'bob', 2, 'edited')
  await world.settle()
  const read = reading(ada.room, { after: 0 })
  await world.settle()
  expect(read.seqs).toEqual([])
  world.server.lagging = null
  await world.rest(2_000)
  expect(read.contents.slice(0, 2)).toEqual(['old 1', 'edited'])
})

/** The database is put back to its first `count` messages; what is sent from now on is new. */
function restore(world: World, count: number, then: (room: ModelRoom) => void): void {
  const { messages } = world.server.room(ROOM)
  world.server.epoch = `epoch-${count}`
  const room = world.server.addRoom(ROOM, ['ada', 'bob'])
  for (const { content } of messages.slice(0, count)) addMessage(room, 'bob', { content })
  world.clock.pass(1_000)
  then(room)
}
/** Later than everything that was lost. */
function addMessages(room: ModelRoom, count: number): void {
  for (let i = 1; i <= count; i++) {
    addMessage(room, 'bob', { content: `new ${i}` })
    const row = room.messages.at(-1)
    if (row)
      room.messages[row.seq - 1] = { ...row, createdAt: `2026-02-01T00:00:00.${String(i).padStart(3, '0')}Z` }
  }
}

test.each([
  ['its head is below the place of the stream', 3],
  ['more is new than a sync brings, and the head is past the place', 600],
])(
  'the database is restored, and %s: what is new is given once, in order, and nothing again',
  async (_, count) => {
    const world = filled(500)
    const ada = await world.live('ada')
    const read = reading(ada.room, { after: 490 })
    await world.settle()
    expect(read.seqs).toEqual(upTo(491, 500))
    ada.connection.cut()
    restore(world, 480, (room) => addMessages(room, count))
    await world.rest(5_000)
    const expected = upTo(1, count).map((i) => `new ${i}`)
    expect(read.contents.slice(10)).toEqual(expected)
    world.server.sendAs(ROOM, 'bob', 'live')
    await world.settle()
    expect(read.contents.slice(10)).toEqual([...expected, 'live'])
    expect(read.end).toBe('reading')
  },
)

test('the database is restored while the stream is far behind: what it had not given is given as it is now', async () => {
  const world = filled(500)
  const ada = await world.live('ada')
  const iterator = ada.room.stream({ after: 0 })[Symbol.asyncIterator]()
  for (const seq of [1, 2, 3]) expect(await next(world, iterator)).toMatchObject({ seq })
  ada.connection.cut()
  restore(world, 4, (room) => addMessages(room, 2))
  await world.rest(5_000)
  const contents: string[] = []
  for (let i = 0; i < 3; i++) contents.push((await next(world, iterator))?.content ?? 'none')
  expect(contents).toEqual(['old 4', 'new 1', 'new 2'])
  await iterator.return?.()
})

test('a saved place past the head of a restored room: the stream continues with the next message', async () => {
  const world = filled(5)
  const ada = world.client('ada')
  const read = reading(ada.room, { after: 15 })
  await world.settle()
  for (let i = 1; i <= 10; i++) world.server.sendAs(ROOM, 'bob', `new ${i}`)
  await world.settle()
  expect(read.seqs).toEqual(upTo(6, 15))
})
