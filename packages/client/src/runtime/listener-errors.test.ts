import { afterEach, expect, test, vi } from 'vitest'
import { memoryStore } from '../adapters/memory-store'
import type { ErrorContext } from '../options'
import { ROOM, World } from '../test-support/testing-world'
// Loaded lazily by the client: here already, for no virtual time passes while a module loads.
import './presence-hub'

const BUG = new Error('a bug of one view')
const bug = (): never => {
  throw BUG
}

/** What `onError` was called with. */
function reports() {
  const list: { error: unknown; context: ErrorContext }[] = []
  const onError = (error: unknown, context: ErrorContext): void => void list.push({ error, context })
  return { list, onError }
}

const inRoom = { error: BUG, context: { source: 'listener', roomId: ROOM } }
const inChat = { error: BUG, context: { source: 'listener' } }

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

test('a chat listener that throws while the user of a warm cache appears holds up nothing (P14)', async () => {
  const world = new World()
  const disk = memoryStore()
  world.server.say(ROOM, 'bob', 'from the cache')
  const first = await world.live('ada', { storage: disk })
  await world.rest(1_000)
  await first.chat.close()

  const { list, onError } = reports()
  const ada = world.client('ada', { storage: disk, onError })
  let thrown = 0
  ada.chat.subscribe(() => {
    if (ada.chat.getState().user !== null && thrown++ === 0) bug()
  })
  const opened = ada.room.open()
  const sent = ada.room.send('hello')
  await world.rest(1_000)
  expect(ada.chat.getState().connection.status).toBe('online')
  await opened
  await expect(sent).resolves.toMatchObject({ status: 'sent' })
  expect(ada.line.tokens).toHaveLength(1)
  expect(list).toEqual([inChat])
})

test('the listeners after one that throws are called: of the same room, of the chat, of other rooms', async () => {
  const world = new World()
  world.server.addRoom('other', ['ada', 'bob'])
  const { list, onError } = reports()
  const ada = await world.live('ada', { onError })
  const calls = { room: 0, selected: 0, chat: 0 }
  ada.room.subscribe(bug)
  ada.room.subscribe(() => calls.room++)
  ada.room.select(
    (state) => state.messages,
    () => calls.selected++,
  )
  ada.chat.subscribe(bug)
  ada.chat.subscribe(() => calls.chat++)
  world.server.say(ROOM, 'bob', 'hello')
  await world.settle()
  expect(calls).toEqual({ room: 1, selected: 1, chat: 1 })
  expect(list).toEqual([inRoom, inChat])
})

test('a selector that throws is reported, costs the others nothing, and is asked again at the next change', async () => {
  const world = new World()
  const { list, onError } = reports()
  const ada = await world.live('ada', { onError })
  const seen: number[] = []
  let isBroken = false
  ada.room.select(
    ({ messages }) => (isBroken ? bug() : messages.length),
    (count) => seen.push(count),
  )
  const others: number[] = []
  ada.room.select(
    ({ messages }) => messages.length,
    (count) => others.push(count),
  )
  isBroken = true
  world.server.say(ROOM, 'bob', 'one')
  await world.settle()
  isBroken = false
  world.server.say(ROOM, 'bob', 'two')
  await world.settle()
  expect([seen, others, list]).toEqual([[2], [1, 2], [inRoom]])
  expect(() => ada.room.select(bug, () => {})).toThrow(BUG)
})

test('send() does not throw for a listener that does: the message is sent once', async () => {
  const world = new World()
  const { list, onError } = reports()
  const ada = await world.live('ada', { onError })
  const stop = ada.room.subscribe(bug)
  const sent = ada.room.send('mine')
  expect(ada.room.messages()).toMatchObject([{ content: 'mine', status: 'sending' }])
  stop()
  await world.settle()
  await expect(sent).resolves.toMatchObject({ content: 'mine' })
  expect(world.server.room(ROOM).messages.map(({ content }) => content)).toEqual(['mine'])
  expect(list).toEqual([inRoom])
})

test('after a reconnect every room becomes live, whatever a listener of one of them throws (P5)', async () => {
  const world = new World()
  const ids = ['aaa', 'bbb', 'ccc']
  for (const id of ids) world.server.addRoom(id, ['ada', 'bob'])
  const { list, onError } = reports()
  const ada = await world.live('ada', { onError })
  const rooms = ids.map((id) => ada.chat.room(id))
  for (const room of rooms) void room.open()
  await world.settle()
  const seen = ids.map(() => '')
  rooms[0]?.subscribe(bug)
  rooms.forEach((room, i) => {
    room.subscribe(() => {
      seen[i] = room.getState().status
    })
  })
  ada.line.cut()
  expect(seen).toEqual(['offline', 'offline', 'offline'])
  const again = rooms.map((room) => room.open())
  await world.rest(5_000)
  await Promise.all(again)
  expect(seen).toEqual(['live', 'live', 'live'])
  expect(list.length).toBeGreaterThan(0)
})

test('what waits is answered however many listeners throw: connect(), open(), pages, a stream', async () => {
  const world = new World()
  for (let i = 0; i < 120; i++) world.server.say(ROOM, 'bob', `message ${i}`)
  const { onError } = reports()
  const ada = world.client('ada', { onError })
  ada.chat.subscribe(bug)
  ada.room.subscribe(bug)
  const waits = [ada.chat.connect(), ada.room.open()]
  await world.rest(1_000)
  await Promise.all(waits)
  const older = ada.room.loadOlder()
  const next = ada.room.stream()[Symbol.asyncIterator]().next()
  await world.settle()
  world.server.say(ROOM, 'bob', 'the next')
  await world.settle()
  await older
  expect((await next).value).toMatchObject({ content: 'the next' })
})

test('a presence listener that throws keeps presence from nobody else', async () => {
  const world = new World()
  world.server.present.set('bob', 'online')
  const { list, onError } = reports()
  const ada = await world.live('ada', { onError })
  const watches = [ada.chat.presence(['bob']), ada.chat.presence(['bob', 'ada'])]
  watches[0]?.subscribe(bug)
  let calls = 0
  for (const watch of watches) watch.subscribe(() => calls++)
  await world.rest(1_000)
  expect([calls, list]).toEqual([2, [inChat]])
  expect(watches.map((watch) => watch.getState().users.get('bob')?.status)).toEqual(['online', 'online'])
  ada.line.cut()
  await world.rest(5_000)
  expect(ada.line.served.filter(({ event }) => event === 'watch-presence')).toHaveLength(2)
})

test('an async listener that rejects is reported, and no rejection is left over', async () => {
  const world = new World()
  const { list, onError } = reports()
  const ada = await world.live('ada', { onError })
  ada.room.subscribe(async () => bug())
  world.server.say(ROOM, 'bob', 'hello')
  await world.settle()
  expect(list).toEqual([inRoom])
})

test.each([
  ['throws', () => bug()],
  ['rejects', async () => bug()],
])('an onError that %s itself changes nothing', async (_, onError) => {
  const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
  const world = new World()
  const ada = await world.live('ada', { onError })
  let calls = 0
  ada.room.subscribe(() => {
    throw new Error('first')
  })
  ada.room.subscribe(() => calls++)
  const sent = ada.room.send('mine')
  await world.settle()
  await sent
  expect(calls).toBeGreaterThan(0)
  expect(printed.mock.calls).toContainEqual([BUG])
})

const throwsOnce = async (): Promise<void> => {
  const world = new World()
  world.onError = null
  const ada = await world.live('ada')
  const stop = ada.room.subscribe(bug)
  world.server.say(ROOM, 'bob', 'hello')
  await world.settle()
  stop()
}

test('without onError it goes to reportError, where the platform has it', async () => {
  const reportError = vi.fn()
  vi.stubGlobal('reportError', reportError)
  await throwsOnce()
  expect(reportError.mock.calls).toEqual([[BUG]])
})

test('without onError, in Node, it is printed and ends no process', async () => {
  const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
  await throwsOnce()
  expect(printed.mock.calls).toEqual([[BUG]])
})
