import { expect, test } from 'vitest'
import { ROOM, World } from '../test-support/testing-world'

const kindsOf = (events: readonly { kind: string }[]): string[] => events.map(({ kind }) => kind)

test('shows the connection, the room with its cursor and ranges, and why it counts as unread', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const bob = await world.live('bob')
  const inspector = await ada.chat.inspect()
  for (const text of ['one', 'two', 'three']) bob.room.send(text)
  await world.rest()

  const { connection, userId, rooms, roomCount, storage, tabs, counts } = inspector.getState()
  expect(connection.status).toBe('online')
  expect(userId).toBe('ada')
  expect(roomCount).toBe(1)
  const [room] = rooms
  expect(room).toMatchObject({
    ...{ id: ROOM, isOpen: true, subscription: 'synced', gap: null, outOfOrder: 0, request: null },
    ...{ ranges: [{ from: 1, to: 3 }], holes: [], lastSeq: 3, rows: 3, cursor: ada.model().sync.cursor },
    unread: { count: 3, from: 'rows', lastReadSeq: 0, isStale: false },
  })
  expect(storage).toEqual({ status: 'memory', kind: 'memory' })
  expect(tabs).toEqual({ mode: 'separate', isWriter: false })
  expect(counts.received).toBeGreaterThan(0)
  inspector.stop()
})

test('is the same object until something changed, and is notified of once a turn', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const bob = await world.live('bob')
  const inspector = await ada.chat.inspect()
  let calls = 0
  inspector.subscribe(() => calls++)
  const before = inspector.getState()
  expect(inspector.getState()).toBe(before)
  ada.room.setDraft('one')
  ada.room.setDraft('two')
  await Promise.resolve()
  expect(calls).toBe(1)
  bob.room.send('a message')
  await world.rest()
  expect(inspector.getState()).not.toBe(before)
  inspector.stop()
})

test('the timeline pairs each request with its answer', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const inspector = await ada.chat.inspect()
  ada.room.send('hello')
  await world.rest()
  const { events } = inspector.getState()
  const request = events.find((event) => event.kind === 'request' && event.event.startsWith('send-message'))
  if (request?.kind !== 'request') throw new Error('no request')
  const answer = events.find((event) => event.kind === 'answer' && event.request === request.request)
  expect(answer).toMatchObject({ kind: 'answer', outcome: 'ack', roomId: ROOM })
  expect(events.map(({ no }) => no)).toEqual([...events.map(({ no }) => no)].sort((a, b) => a - b))
  inspector.stop()
})

test('no text of a message is in a trace, unless it is asked for; a token never is', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const [shy, open] = [await ada.chat.inspect(), await ada.chat.inspect({ payloads: true })]
  ada.room.send('a private matter')
  await world.rest()
  void ada.chat.request('refresh-token', { token: 'a-secret-token' }).catch(() => {})
  await world.rest()
  const [shyText, openText] = [JSON.stringify(shy.trace()), JSON.stringify(open.trace())]
  expect(shyText).not.toContain('private')
  expect(openText).toContain('a private matter')
  for (const text of [shyText, openText]) {
    expect(text).toContain('refresh-token')
    expect(text).not.toContain('a-secret-token')
  }
  shy.stop()
  open.stop()
})

test('the timeline is bounded, and says how much it forgot', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const inspector = await ada.chat.inspect({ events: 5 })
  for (let i = 0; i < 10; i++) {
    ada.room.send(`message ${i}`)
    await world.rest(1_000)
  }
  const { events, forgotten } = inspector.getState()
  expect(events).toHaveLength(5)
  expect(forgotten).toBeGreaterThan(10)
  expect(events[0]?.no).toBe(forgotten)
  expect(events.at(-1)?.no).toBe(forgotten + 4)
  inspector.stop()
})

test('what waits is listed with its state, and a lost connection with its return', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const inspector = await ada.chat.inspect()
  ada.connection.silent = true
  ada.connection.cut()
  ada.room.send('waits')
  await world.tick()
  expect(inspector.getState().connection).toMatchObject({ status: 'waiting', code: 'OFFLINE' })
  expect(inspector.getState().outbox).toMatchObject([
    { roomId: ROOM, kind: 'send', state: 'ready', attempts: 0 },
  ])
  ada.connection.silent = false
  await world.rest()
  const { outbox, outboxCount, history, counts } = inspector.getState()
  expect([outbox, outboxCount]).toEqual([[], 0])
  expect(history.map(({ status }) => status)).toContain('online')
  expect(counts.connects).toBe(1)
  expect(counts.longestHealMs).toBeGreaterThan(0)
  inspector.stop()
})

test('a change that is lost on the way shows as a gap, and so does its healing', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const bob = await world.live('bob')
  const inspector = await ada.chat.inspect()
  bob.room.send('lost on the way')
  await world.tick()
  bob.connection.step()
  await world.tick()
  ada.connection.frames.length = 0
  await world.settle()
  bob.room.send('arrives')
  await world.rest()
  const { counts, events } = inspector.getState()
  expect(counts).toMatchObject({ gapsFound: 1, gapsHealed: 1 })
  expect(kindsOf(events)).toEqual(expect.arrayContaining(['gap-found', 'gap-healed']))
  expect(ada.contents()).toEqual(['lost on the way', 'arrives'])
  inspector.stop()
})

test('after stop nothing is recorded, and no listener is called', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const inspector = await ada.chat.inspect()
  let calls = 0
  inspector.subscribe(() => calls++)
  inspector.stop()
  inspector.stop()
  const { events } = inspector.getState()
  ada.room.send('hello')
  await world.rest()
  expect(inspector.getState().events).toBe(events)
  expect(calls).toBe(0)
})

test('a listener that throws is reported, and the others are called', async () => {
  const world = new World()
  const errors: unknown[] = []
  const ada = await world.live('ada', { onError: (error) => errors.push(error) })
  const inspector = await ada.chat.inspect()
  let calls = 0
  inspector.subscribe(() => {
    throw new Error('of the app')
  })
  inspector.subscribe(() => calls++)
  ada.room.setDraft('one')
  await world.tick()
  expect(errors).toEqual([new Error('of the app')])
  expect(calls).toBe(1)
  inspector.stop()
})

test('an inspector of a closed chat shows how it ended', async () => {
  const world = new World()
  const ada = await world.live('ada')
  await ada.chat.close()
  const inspector = await ada.chat.inspect()
  expect(inspector.getState().connection.status).toBe('stopped')
  inspector.stop()
})
