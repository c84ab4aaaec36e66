import { asRoomId } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { refusal } from '../test-support/model-server'
import { ROOM, type TestClient, World } from '../test-support/testing-world'

const SIDE = ['side-1', 'side-2', 'side-3', 'side-4', 'side-5']

/** A server whose list comes in pages of two. */
function worldOf(rooms: readonly string[] = SIDE): World {
  const world = new World()
  world.server.listPage = 2
  for (const id of rooms) world.server.addRoom(id, ['ada'])
  return world
}
const listed = ({ chat }: TestClient): string[] =>
  chat
    .getState()
    .rooms.map(({ id }) => id)
    .sort()
const lists = ({ connection }: TestClient): unknown[] =>
  connection.served.flatMap(({ event, payload }) =>
    event === 'sync' ? (payload as { list?: unknown }).list : [],
  )

/** Serves what comes until the answer with the next page of the list waits to be taken. */
async function untilPage(world: World, { connection }: TestClient) {
  for (const event of ['ready', 'sync']) if (connection.has(event)) connection.take(event).run()
  await world.tick()
  if (connection.has('sync')) connection.take('sync').run()
  await world.tick()
  return connection.take('sync ack')
}

test('the list is read on until it is all there, and shown as it comes', async () => {
  const world = worldOf()
  const ada = world.client('ada')
  void ada.chat.connect()
  await world.tick()
  ;(await untilPage(world, ada)).run()
  await world.tick()
  expect(listed(ada)).toEqual([ROOM, ...SIDE].sort().slice(0, 2))
  await world.settle()
  expect(listed(ada)).toEqual([ROOM, ...SIDE].sort())
  const ids = [ROOM, ...SIDE].sort()
  expect(lists(ada)).toEqual([{ limit: 2 }, { limit: 2, after: ids[1] }, { limit: 2, after: ids[3] }])
  await world.rest(60_000)
  expect(lists(ada)).toHaveLength(3)
})

test('a server that knows no pages is asked for all of it', async () => {
  const world = worldOf()
  world.server.listPage = 0
  const ada = await world.live('ada')
  expect(lists(ada)).toEqual([true])
  expect(listed(ada)).toEqual([ROOM, ...SIDE].sort())
})

test('a room that is gone leaves the list with its page, and no other room with it', async () => {
  const world = worldOf()
  const ada = await world.live('ada')
  ada.connection.cut()
  await world.pass(500)
  world.server.rooms.delete('side-1')
  world.server.rooms.delete('side-4')
  await world.rest(1_000)
  expect(listed(ada)).toEqual([ROOM, 'side-2', 'side-3', 'side-5'].sort())
})

test('updates while pages come are newer than they are: a room that was left stays away, a new one stays', async () => {
  const world = worldOf()
  const ada = world.client('ada')
  void ada.chat.connect()
  await world.tick()
  const first = await untilPage(world, ada)
  // The first page has side-1, and nothing of the room that is made behind its place.
  world.server.kick('side-1', 'ada')
  ada.connection.deliver({ event: 'room-removed', payload: { roomId: asRoomId('side-1'), reason: 'kicked' } })
  const { room } = world.server.addRoom('a-new-one', ['ada'])
  const item = { room, role: 'member' as const, lastReadSeq: 0, fromSeq: 1, unread: 0, preview: null }
  ada.connection.deliver({ event: 'room-added', payload: { item } })
  ada.connection.take('room-removed').run()
  ada.connection.take('room-added').run()
  first.run()
  await world.settle()
  expect(listed(ada)).toEqual(['a-new-one', ROOM, ...SIDE.slice(1)].sort())
})

test('a connection that is lost between two pages restarts the list', async () => {
  const world = worldOf()
  const ada = world.client('ada')
  void ada.chat.connect()
  await world.tick()
  ;(await untilPage(world, ada)).run()
  await world.tick()
  ada.connection.cut()
  await world.rest(5_000)
  expect(listed(ada)).toEqual([ROOM, ...SIDE].sort())
  expect(lists(ada).filter((list) => !(list as { after?: string }).after)).toHaveLength(2)
})

test('a page that is refused is asked for again, not the list from its beginning', async () => {
  const world = worldOf()
  const ada = world.client('ada')
  void ada.chat.connect()
  await world.tick()
  ;(await untilPage(world, ada)).run()
  await world.tick()
  world.server.refuse = (_userId, event) =>
    event === 'sync' ? refusal('RATE_LIMITED', { retryAfterMs: 1_000 }) : undefined
  await world.settle()
  world.server.refuse = () => undefined
  await world.rest(5_000)
  expect(listed(ada)).toEqual([ROOM, ...SIDE].sort())
  expect(lists(ada).filter((list) => !(list as { after?: string }).after)).toHaveLength(1)
})

test('a list that is wanted again while one is read is read after it', async () => {
  const world = worldOf()
  const ada = world.client('ada')
  void ada.chat.connect()
  await world.tick()
  const first = await untilPage(world, ada)
  first.run()
  await world.tick()
  // An update of a room that this device did not know.
  world.server.addRoom('a-lost-one', ['ada'])
  const { id: roomId, rev, lastSeq } = world.server.room('a-lost-one').room
  const news = { roomId, rev, lastSeq, lastReadSeq: 0, unread: 0, preview: null }
  ada.connection.deliver({ event: 'room-activity', payload: { rooms: [news] } })
  ada.connection.take('room-activity').run()
  await world.rest(1_000)
  expect(listed(ada)).toEqual(['a-lost-one', ROOM, ...SIDE].sort())
})
