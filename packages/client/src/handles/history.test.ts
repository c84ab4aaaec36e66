import { expect, test } from 'vitest'
import type { HistoryOptions, Room } from '../room'
import { addMessage, deleteMessage } from '../test-support/model-room'
import { refusal } from '../test-support/model-server'
import { ROOM, type TestClient, World } from '../test-support/testing-world'

function filled(count: number): World {
  const world = new World()
  for (let i = 1; i <= count; i++) addMessage(world.server.room(ROOM), 'bob', { content: `old ${i}` })
  return world
}
const upTo = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)
const pagesOf = ({ connection }: TestClient): number =>
  connection.served.filter(({ event }) => event === 'fetch-history').length

/** Reads to the end, and keeps what came and how it ended. */
function reading(room: Room, options: HistoryOptions = {}) {
  const read = { seqs: [] as number[], end: 'reading' }
  const run = async (): Promise<void> => {
    for await (const { seq } of room.history(options)) read.seqs.push(seq)
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

test.each<[string, HistoryOptions, number[]]>([
  ['all of it', {}, upTo(1, 250)],
  ['the newest first', { order: 'newest' }, upTo(1, 250).reverse()],
  ['a part', { after: 90, before: 205 }, upTo(91, 204)],
  ['a part backwards', { after: 90, before: 205, order: 'newest' }, upTo(91, 204).reverse()],
  ['an empty part', { after: 90, before: 91 }, []],
  ['an empty part backwards', { after: 90, before: 91, order: 'newest' }, []],
  ['a place after the end', { after: 900 }, []],
  ['more than there is', { before: Number.POSITIVE_INFINITY, order: 'newest' }, upTo(1, 250).reverse()],
])('%s, and it ends', async (_, options, seqs) => {
  const world = filled(250)
  const ada = await world.live('ada')
  const read = reading(ada.room, options)
  await world.settle()
  expect(read).toEqual({ seqs, end: 'done' })
})

test('deleted messages are left out, a page of them too, and an empty room ends', async () => {
  const world = filled(220)
  for (const seq of [1, ...upTo(60, 190), 220]) deleteMessage(world.server.room(ROOM), seq)
  const ada = await world.live('ada')
  for (const order of ['oldest', 'newest'] as const) {
    const read = reading(ada.room, { order })
    await world.settle()
    expect(read.end).toBe('done')
    expect(read.seqs.sort((a, b) => a - b)).toEqual([...upTo(2, 59), ...upTo(191, 219)])
  }
  const empty = filled(0)
  const read = reading((await empty.live('ada')).room)
  await empty.settle()
  expect(read).toEqual({ seqs: [], end: 'done' })
})

test('a page is asked for when the loop has come to it, and what is sent meanwhile is not part of it', async () => {
  const world = filled(250)
  const ada = await world.live('ada')
  const before = pagesOf(ada)
  const iterator = ada.room.history()[Symbol.asyncIterator]()
  const first = iterator.next()
  await world.settle()
  expect((await first).value).toMatchObject({ seq: 1, content: 'old 1' })
  expect(pagesOf(ada) - before).toBe(1)
  world.server.sendAs(ROOM, 'bob', 'new')
  const seqs: number[] = [1]
  void (async () => {
    for await (const { seq } of { [Symbol.asyncIterator]: () => iterator }) seqs.push(seq)
  })()
  await world.settle()
  expect(seqs).toEqual(upTo(1, 250))
})

test('it ends at once with its signal and when the loop is left, and throws when the chat is closed', async () => {
  const world = filled(5)
  const ada = await world.live('ada')
  const stop = new AbortController()
  const stopped = reading(ada.room, { signal: stop.signal })
  stop.abort()
  const iterator = ada.room.history()[Symbol.asyncIterator]()
  const waiting = iterator.next()
  await iterator.return?.()
  expect((await waiting).done).toBe(true)
  const closed = reading(ada.room)
  void ada.chat.close()
  await world.settle()
  expect([stopped.end, closed.end]).toEqual(['done', 'ABORTED'])
})

test('a temporary refusal is tried again, a lasting one is thrown, and so is a place that is none', async () => {
  const world = filled(5)
  const ada = await world.live('ada')
  let refusals = 2
  world.server.refuse = (_user, event) =>
    event === 'fetch-history' && refusals-- > 0 ? refusal('UNAVAILABLE') : undefined
  const read = reading(ada.room)
  await world.rest(20_000)
  expect(read).toEqual({ seqs: upTo(1, 5), end: 'done' })
  world.server.refuse = (_user, event) => (event === 'fetch-history' ? refusal('ROOM_NOT_FOUND') : undefined)
  const gone = reading(ada.room)
  const odd = reading(ada.room, { after: Number.NaN })
  await world.rest(1_000)
  expect([gone.end, odd.end]).toEqual(['ROOM_NOT_FOUND', 'INVALID_PAYLOAD'])
})
