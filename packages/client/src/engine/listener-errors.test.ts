import { afterEach, expect, test, vi } from 'vitest'
import { createChat } from '../create-chat'
import type { ErrorContext } from '../options'
import { ROOM, texts, twoPeople } from '../test-support/two-people'
// Loaded lazily by the client: here already, for no virtual time passes while a module loads.
import '../handles/presence-hub'

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
  const { list, onError } = reports()
  const { world, asked } = await twoPeople({ history: 1, client: { onError } })
  await world.advance(1_000)
  const before = asked(/join/).length
  const reloading = world.reload('ada')
  const chat = world.clients.ada
  let thrown = 0
  chat.subscribe(() => {
    if (chat.getState().user !== null && thrown++ === 0) bug()
  })
  const opened = chat.room(ROOM).open()
  const sent = chat.room(ROOM).send('hello')
  await reloading
  await world.settle()
  expect(chat.getState().connection.status).toBe('online')
  await opened
  await expect(sent).resolves.toMatchObject({ status: 'sent' })
  // One connection was enough.
  expect(asked(/join/)).toHaveLength(before + 1)
  expect(list).toEqual([inChat])
})

test('the listeners after one that throws are called: of the same room, of the chat, of other rooms', async () => {
  const { list, onError } = reports()
  const { world, chat, ada, bob } = await twoPeople({ client: { onError } })
  const calls = { room: 0, selected: 0, chat: 0 }
  ada.subscribe(bug)
  ada.subscribe(() => calls.room++)
  ada.select(
    (state) => state.messages,
    () => calls.selected++,
  )
  chat.subscribe(bug)
  chat.subscribe(() => calls.chat++)
  void bob.send('hello')
  await world.settle()
  expect(calls).toEqual({ room: 1, selected: 1, chat: 1 })
  expect(list).toEqual([inRoom, inChat])
})

test('a selector that throws is reported, costs the others nothing, and is asked again at the next change', async () => {
  const { list, onError } = reports()
  const { world, ada, bob } = await twoPeople({ client: { onError } })
  const seen: number[] = []
  let isBroken = false
  ada.select(
    ({ messages }) => (isBroken ? bug() : messages.length),
    (count) => seen.push(count),
  )
  const others: number[] = []
  ada.select(
    ({ messages }) => messages.length,
    (count) => others.push(count),
  )
  isBroken = true
  void bob.send('one')
  await world.settle()
  isBroken = false
  void bob.send('two')
  await world.settle()
  expect([seen, others, list]).toEqual([[2], [1, 2], [inRoom]])
  expect(() => ada.select(bug, () => {})).toThrow(BUG)
})

test('send() does not throw for a listener that does: the message is sent once', async () => {
  const { list, onError } = reports()
  const { world, ada, bob } = await twoPeople({ client: { onError } })
  const stop = ada.subscribe(bug)
  const sent = ada.send('mine')
  expect(ada.messages()).toMatchObject([{ content: 'mine', status: 'queued' }])
  stop()
  await world.settle()
  await expect(sent).resolves.toMatchObject({ content: 'mine' })
  expect(texts(bob)).toEqual(['mine'])
  expect(list).toEqual([inRoom])
})

test('after a reconnect every room becomes live, even if a listener of one of them throws (P5)', async () => {
  const ids = ['aaa', 'bbb', 'ccc']
  const { list, onError } = reports()
  const { world, chat, until } = await twoPeople({ rooms: [ROOM, ...ids], client: { onError } })
  const rooms = ids.map((id) => chat.room(id))
  for (const room of rooms) void room.open()
  await world.settle()
  const seen = ids.map(() => '')
  rooms[0]?.subscribe(bug)
  rooms.forEach((room, i) => {
    room.subscribe(() => {
      seen[i] = room.getState().status
    })
  })
  world.faults.disconnect({ user: 'ada' })
  await until(() => seen[0] === 'offline' || seen[1] === 'offline')
  expect(seen).toEqual(['offline', 'offline', 'offline'])
  const again = rooms.map((room) => room.open())
  await world.settle()
  await Promise.all(again)
  expect(seen).toEqual(['live', 'live', 'live'])
  expect(list.length).toBeGreaterThan(0)
})

test('what waits is answered however many listeners throw: connect(), open(), pages, a stream', async () => {
  const { onError } = reports()
  const { world, bob } = await twoPeople({ history: 260, client: { onError } })
  const reloading = world.reload('ada')
  const chat = world.clients.ada
  const room = chat.room(ROOM)
  chat.subscribe(bug)
  room.subscribe(bug)
  const waits = [chat.connect(), room.open()]
  await reloading
  await Promise.all(waits)
  const older = room.loadOlder()
  const next = room.stream()[Symbol.asyncIterator]().next()
  await world.settle()
  void bob.send('the next')
  await world.settle()
  await older
  expect((await next).value).toMatchObject({ content: 'the next' })
})

test('a presence listener that throws does not keep presence from the others', async () => {
  const { list, onError } = reports()
  const { world, chat, asked } = await twoPeople({ client: { onError } })
  const watches = [chat.presence(['bob']), chat.presence(['bob', 'ada'])]
  watches[0]?.subscribe(bug)
  let calls = 0
  for (const watch of watches) watch.subscribe(() => calls++)
  await world.settle()
  expect([calls, list]).toEqual([2, [inChat]])
  expect(watches.map((watch) => watch.getState().users.get('bob')?.status)).toEqual(['online', 'online'])
  world.faults.disconnect({ user: 'ada' })
  await world.settle()
  expect(asked(/watch-presence/)).toHaveLength(2)
})

test('an async listener that rejects is reported, and no rejection is left over', async () => {
  const { list, onError } = reports()
  const { world, ada, bob } = await twoPeople({ client: { onError } })
  ada.subscribe(async () => bug())
  void bob.send('hello')
  await world.settle()
  expect(list).toEqual([inRoom])
})

test.each([
  ['throws', () => bug()],
  ['rejects', async () => bug()],
])('an onError that %s itself changes nothing', async (_, onError) => {
  const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
  const { world, ada } = await twoPeople({ client: { onError } })
  let calls = 0
  ada.subscribe(() => {
    throw new Error('first')
  })
  ada.subscribe(() => calls++)
  const sent = ada.send('mine')
  await world.settle()
  await sent
  expect(calls).toBeGreaterThan(0)
  expect(printed.mock.calls).toContainEqual([BUG])
})

const throwsOnce = async (): Promise<void> => {
  const transport = {
    connect: () => {},
    disconnect: () => {},
    close: () => {},
    signal: () => {},
    request: async () => ({ kind: 'offline' }) as const,
  }
  const chat = createChat({
    url: 'test:',
    auth: 'token',
    storage: 'memory',
    ports: { transport: () => transport },
  })
  const room = chat.room(ROOM)
  const stop = room.subscribe(bug)
  room.setDraft('hello')
  stop()
  await chat.close()
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
