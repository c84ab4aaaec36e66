import { asRoomId } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { memoryStore } from '../storage/backends/memory'
import { copyOn, hooked } from '../test-support/copies'
import { ROOM, type TestClient, World } from '../test-support/testing-world'

/** A device that shows only the list: three messages of another user wait, and it shows that. */
async function withUnread(): Promise<{ world: World; ada: TestClient; unread: () => number }> {
  const world = new World()
  for (let seq = 1; seq <= 3; seq++) world.server.sendAs(ROOM, 'bob', `text ${seq}`)
  const ada = world.client('ada')
  void ada.chat.connect()
  await world.settle()
  const unread = (): number => ada.chat.getState().unreadTotal
  expect(unread()).toBe(3)
  return { world, ada, unread }
}

type Figures = { rev: number; lastSeq: number; lastReadSeq: number; unread: number }

function deliverActivity({ connection }: TestClient, figures: Figures): void {
  const news = { roomId: asRoomId(ROOM), preview: null, ...figures }
  connection.deliver({ event: 'room-activity', payload: { rooms: [news] } })
}

test('activity that was counted before the last read and comes after its answer does not restore the old count (seed 400004)', async () => {
  const { world, ada, unread } = await withUnread()
  const { rev } = world.server.room(ROOM).room
  ada.room.markRead(2)
  await world.rest(1_000)
  expect(unread()).toBe(1)
  const asked = ada.connection.served.length
  deliverActivity(ada, { rev, lastSeq: 3, lastReadSeq: 0, unread: 3 })
  await world.settle()
  expect(unread()).toBe(1)
  expect(ada.connection.served.slice(asked)).toEqual([])

  const { rev: later } = world.server.sendAs(ROOM, 'bob', 'text 4')
  deliverActivity(ada, { rev: later, lastSeq: 4, lastReadSeq: 0, unread: 4 })
  await world.rest(1_000)
  expect(unread()).toBe(2)
  expect(ada.connection.served.slice(asked).map(({ event }) => event)).toEqual(['sync'])
})

test('the answer to a read that activity has reported already is not newer than they are', async () => {
  const { world, ada, unread } = await withUnread()
  ada.room.markRead(2)
  await world.pass(1_000)
  ada.connection.take('mark-read').run()
  await world.tick()
  const answer = ada.connection.take('mark-read ack')
  const { rev } = world.server.sendAs(ROOM, 'bob', 'text 4')
  deliverActivity(ada, { rev, lastSeq: 4, lastReadSeq: 2, unread: 2 })
  await world.settle()
  answer.run()
  await world.settle()
  expect(unread()).toBe(2)
})

test('a read that is delivered before the user is known is one’s own (found in Chromium: a tab beside the one that read)', async () => {
  const world = new World()
  for (let seq = 1; seq <= 3; seq++) world.server.sendAs(ROOM, 'bob', `text ${seq}`)
  const store = memoryStore()
  await (await world.live('ada', { storage: store })).chat.close()
  world.clients.splice(0, 1)
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const slow = hooked(store, { open: (openIt) => opened.then(openIt) })
  const ada = world.client('ada', { storage: slow })
  void ada.room.open()
  await world.tick()
  ada.connection.take('ready').run()
  const reads = { ada: 2, bob: 1 }
  ada.connection.deliver({ event: 'read-receipts', payload: { roomId: asRoomId(ROOM), reads } })
  await world.tick()
  ada.connection.take('read-receipts').run()
  world.server.answer('ada', 'mark-read', { roomId: asRoomId(ROOM), seq: 2 })
  open()
  await world.rest(1_000)
  const state = ada.room.getState()
  expect([...state.reads.keys()]).toEqual(['bob'])
  expect(state).toMatchObject({ lastReadSeq: 2, unread: 1 })
})

test('a room that one gets into between the join and the sync is joined once more, and shown (seed 612146)', async () => {
  const world = new World()
  world.server.addRoom('side', ['bob'])
  world.server.sendAs('side', 'bob', 'before')
  const ada = world.client('ada')
  const side = ada.chat.room('side')
  void side.open()
  await world.tick()
  for (const event of ['ready', 'join-rooms', 'join-rooms ack']) {
    ada.connection.take(event).run()
    await world.tick()
  }
  // The answer to the commit was lost: she got no notice.
  world.server.invite('side', 'ada')
  await world.settle()
  world.server.sendAs('side', 'bob', 'after')
  await world.settle()
  expect(side.messages().map(({ content }) => content)).toEqual(['before', 'after'])
  expect(side.getState().status).toBe('live')
  const events = ada.connection.served.map(({ event }) => event)
  expect(events).toEqual(['join-rooms', 'sync', 'join-rooms', 'sync'])
})

test('a row of one’s own that shows a read on another device updates the count (seed 615507)', async () => {
  const world = new World()
  world.server.limits = { ...world.server.limits, tail: 5, tailLimited: 5 }
  for (let seq = 1; seq <= 20; seq++) world.server.sendAs(ROOM, 'bob', `text ${seq}`)
  const ada = await world.live('ada')
  expect(ada.room.getState().unread).toBe(20)
  world.server.answer('ada', 'mark-read', { roomId: asRoomId(ROOM), seq: 12 })
  const { rev } = world.server.sendAs(ROOM, 'bob', 'text 21')
  await world.settle()
  const member = world.server.room(ROOM).members.get('ada') ?? expect.fail('she is in it')
  const changes = [
    { rev: rev + 1, kind: 'member' as const, member: { ...member, lastReadSeq: 12, rev: rev + 1 } },
  ]
  world.server.room(ROOM).room = { ...world.server.room(ROOM).room, rev: rev + 1 }
  ada.connection.deliver({ event: 'changes', payload: { roomId: asRoomId(ROOM), changes } })
  await world.settle()
  expect(ada.room.getState()).toMatchObject({ lastReadSeq: 12, unread: 9 })
})

test('a room that one is added to while its sync is under way is joined, and then read, once more (seed 42360)', async () => {
  const world = new World()
  const ada = world.client('ada')
  void ada.room.open()
  await world.tick()
  for (const event of ['ready', 'join-rooms', 'join-rooms ack', 'sync']) {
    ada.connection.take(event).run()
    await world.tick()
  }
  const { room } = world.server.room(ROOM)
  const item = { room, role: 'member' as const, lastReadSeq: 0, fromSeq: 1, unread: 0, preview: null }
  ada.connection.deliver({ event: 'room-added', payload: { item } })
  ada.connection.take('room-added').run()
  // Another user reads in between: a receipt takes no rev, and goes to the subscribers.
  world.server.sendAs(ROOM, 'ada', 'mine')
  world.server.answer('bob', 'mark-read', { roomId: asRoomId(ROOM), seq: 1 })
  await world.settle()
  expect(ada.room.getState()).toMatchObject({ status: 'live' })
  expect([...ada.room.getState().reads]).toEqual([['bob', 1]])
})

test('rows of a room whose list item never came go when the list does not have it (I14, seed 504079)', async () => {
  const world = new World()
  world.server.sendAs(ROOM, 'bob', 'a secret')
  const disk = memoryStore()
  const before = await world.live('ada', { storage: disk })
  await world.rest(1_000)
  await before.chat.close()
  const scope = { url: 'test:', userId: 'ada' }
  const copy = copyOn(disk)
  const kept = (await copy.open(scope)).rooms
  await copy.write({ rooms: kept.map((room) => ({ ...room, item: null })) })
  world.server.kick(ROOM, 'ada')
  const after = world.client('ada', { storage: disk })
  void after.chat.connect()
  await world.rest(5_000)
  expect(after.contents()).toEqual([])
  expect((await copy.open(scope)).rooms).toEqual([])
})
