import { asClientId, asRoomId } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { reduceRoom } from '../model/room/reduce-room'
import { previewOf as previewIn } from '../model/room-list/preview'
import { memoryStore } from '../storage/backends/memory'
import { troubled } from '../test-support/killable-store'
import { addMessage, listItemOf } from '../test-support/model-room'
import { TabsWorld } from '../test-support/tabs-world'
import { ROOM, type TestClient, World } from '../test-support/testing-world'

const lineOf = ({ chat }: TestClient, id = ROOM) => chat.getState().rooms.find((room) => room.id === id)
const previewOf = (client: TestClient, id = ROOM): string | null =>
  lineOf(client, id)?.preview?.content ?? null
const order = ({ chat }: TestClient): string[] => chat.getState().rooms.map(({ id }) => id)

/** What the server sends to users who have not opened the room. */
function deliverActivity(world: World, { connection }: TestClient): void {
  const { room, lastReadSeq, unread, preview } = listItemOf(world.server.room(ROOM), 'ada')
  const { rev, lastSeq } = room
  const item = { roomId: asRoomId(ROOM), rev, lastSeq, lastReadSeq, unread, preview }
  connection.deliver({ event: 'room-activity', payload: { rooms: [item] } })
}

test('after two sends in a new room the connection drops: the list still shows the last, and the room stays up', async () => {
  const world = new World()
  world.server.addRoom('other', ['ada', 'bob'])
  world.server.sendAs('other', 'bob', 'hello')
  const ada = await world.live('ada')
  void ada.room.send('one')
  void ada.room.send('two')
  await world.settle()
  expect([previewOf(ada), order(ada)]).toEqual(['two', [ROOM, 'other']])
  ada.connection.cut()
  await world.tick()
  expect([previewOf(ada), order(ada)]).toEqual(['two', [ROOM, 'other']])
  await world.rest(3_000)
  expect([previewOf(ada), order(ada)]).toEqual(['two', [ROOM, 'other']])
})

test('an edit of the last message stays on the list when the connection drops', async () => {
  const world = new World()
  world.server.sendAs(ROOM, 'bob', 'first')
  const ada = await world.live('ada')
  world.server.edit(ROOM, 'bob', 1, 'edited')
  await world.settle()
  ada.connection.cut()
  await world.tick()
  expect(previewOf(ada)).toBe('edited')
})

test('a send that is never answered takes nothing off the list', async () => {
  const world = new World()
  const ada = await world.live('ada')
  world.server.sendAs(ROOM, 'bob', 'hello')
  await world.settle()
  void ada.room.send('mine')
  await world.tick()
  ada.connection.take('send-message')
  await world.pass(10_000)
  expect(previewOf(ada)).toBe('hello')
})

test('a closed room whose rows leave memory keeps its preview, also what came after it was closed', async () => {
  const world = new World()
  const others = Array.from({ length: 21 }, (_, i) => `r${i}`)
  for (const id of others) {
    world.server.addRoom(id, ['ada', 'bob'])
    world.server.sendAs(id, 'bob', 'hello')
  }
  const ada = await world.live('ada')
  world.server.sendAs(ROOM, 'bob', 'open')
  await world.settle()
  ada.room.close()
  await world.rest(3_000)
  // One that was on its way when the room was left.
  const changes = [world.server.sendAs(ROOM, 'bob', 'closed')]
  ada.connection.deliver({ event: 'changes', payload: { roomId: asRoomId(ROOM), changes } })
  await world.settle()
  expect(previewOf(ada)).toBe('closed')
  for (const id of others) void ada.chat.room(id).open()
  await world.settle()
  for (const id of others) ada.chat.room(id).close()
  await world.rest(3_000)
  expect(ada.room.messages()).toEqual([])
  expect(previewOf(ada)).toBe('closed')
})

test('a closed room whose rows leave memory takes no older preview from a list that was read before', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const model = reduceRoom(ada.model(), { type: 'closed' })
  const item = (content: string) => {
    world.server.sendAs(ROOM, 'bob', content)
    return listItemOf(world.server.room(ROOM), 'ada')
  }
  const [early, late] = [item('early'), item('late')]
  const listed = reduceRoom(model, { type: 'listed', item: late, asOf: 1, now: 0 })
  const forgotten = reduceRoom(listed, { type: 'forgotten' })
  const after = reduceRoom(forgotten, { type: 'listed', item: early, asOf: 1, now: 0 })
  expect(after.listing.preview?.content).toBe('late')
})

test('a list item from the disk, with a newer room than preview, takes no newer preview off the list', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const model = reduceRoom(ada.model(), { type: 'closed' })
  const item = (content: string) => {
    world.server.sendAs(ROOM, 'bob', content)
    return listItemOf(world.server.room(ROOM), 'ada')
  }
  const [early, late] = [item('early'), item('late')]
  const listed = reduceRoom(model, { type: 'listed', item: late, asOf: 1, now: 0 })
  // Another tab had the room open and behind, and stored what it knew: the room of a list, the preview of its own rows.
  const kept = { ...late, preview: early.preview }
  expect(reduceRoom(listed, { type: 'listed', item: kept, asOf: 0, now: 0 }).listing.preview?.content).toBe(
    'late',
  )
})

test('a room that is opened again shows no older preview than the list had, before it has caught up', async () => {
  const world = new World()
  world.server.sendAs(ROOM, 'bob', 'first')
  const ada = await world.live('ada')
  ada.room.close()
  await world.rest(3_000)
  world.server.sendAs(ROOM, 'bob', 'second')
  world.server.edit(ROOM, 'bob', 2, 'second, edited')
  deliverActivity(world, ada)
  await world.settle()
  expect(previewOf(ada)).toBe('second, edited')
  void ada.room.open()
  expect(previewOf(ada)).toBe('second, edited')
  await world.tick()
  for (const event of ['join-rooms', 'join-rooms ack']) {
    ada.connection.take(event).run()
    await world.tick()
    expect(previewOf(ada)).toBe('second, edited')
  }
})

test('a first page from a reader that lags behind shows no older preview than the list had', async () => {
  const world = new World()
  world.server.sendAs(ROOM, 'bob', 'first')
  world.server.lagging = structuredClone(world.server.rooms)
  world.server.edit(ROOM, 'bob', 1, 'edited')
  const ada = world.client('ada')
  void ada.chat.connect()
  await world.settle()
  deliverActivity(world, ada)
  await world.settle()
  expect(previewOf(ada)).toBe('edited')
  void ada.room.open()
  await world.settle()
  expect(ada.contents()).toEqual(['first'])
  expect(previewOf(ada)).toBe('edited')
  world.server.lagging = null
  const { rev, lastSeq } = world.server.room(ROOM).room
  const heads = { [ROOM]: { rev, lastSeq } }
  ada.connection.deliver({ event: 'room-heads', payload: { epoch: world.server.epoch, heads } })
  await world.rest(3_000)
  expect([previewOf(ada), ...ada.contents()]).toEqual(['edited', 'edited'])
})

test('after a restart, offline, the room that is opened shows no older preview than the list had', async () => {
  const world = new World()
  world.server.sendAs(ROOM, 'bob', 'first')
  const storage = memoryStore()
  const before = await world.live('ada', { storage })
  before.room.close()
  await world.rest(3_000)
  world.server.edit(ROOM, 'bob', 1, 'edited')
  deliverActivity(world, before)
  await world.rest(3_000)
  await before.chat.close()
  const ada = world.client('ada', { storage })
  ada.connection.silent = true
  void ada.room.open()
  await world.rest(1_000)
  expect(ada.contents()).toEqual(['first'])
  expect(previewOf(ada)).toBe('edited')
})

test('a list that was counted before the last read still has the newest message', async () => {
  const world = new World()
  world.server.sendAs(ROOM, 'bob', 'first')
  const ada = world.client('ada')
  void ada.chat.connect()
  await world.settle()
  ada.room.markRead(1)
  await world.rest(1_000)
  world.server.sendAs(ROOM, 'bob', 'second')
  const item = { ...listItemOf(world.server.room(ROOM), 'ada'), lastReadSeq: 0 }
  ada.connection.deliver({ event: 'room-added', payload: { item } })
  await world.settle()
  expect(previewOf(ada)).toBe('second')
})

test('a room that was made here and whose first message came before the answer keeps its preview', async () => {
  const world = new World()
  const ada = world.client('ada')
  void ada.chat.connect()
  await world.settle()
  const made = world.server.addRoom('new', ['ada', 'bob'])
  addMessage(made, 'bob', { content: 'welcome' })
  ada.connection.deliver({ event: 'room-added', payload: { item: listItemOf(made, 'ada') } })
  await world.settle()
  void ada.chat.createRoom({ name: 'new', type: 'public' })
  await world.settle()
  expect(previewOf(ada, 'new')).toBe('welcome')
})

test('a restored database: the preview of a message that is not there any more goes, also where none is left', async () => {
  const world = new World()
  world.server.sendAs(ROOM, 'bob', 'lost')
  const ada = await world.live('ada')
  ada.connection.cut()
  world.server.epoch = 'epoch-2'
  world.server.addRoom(ROOM, ['ada', 'bob'])
  await world.rest(3_000)
  expect(lineOf(ada)?.preview).toBeNull()
  world.server.sendAs(ROOM, 'bob', 'new')
  await world.settle()
  expect(previewOf(ada)).toBe('new')
})

test('P5: a restored database: the preview of a room that is not open is that of the new epoch (seed 106)', async () => {
  const world = new World()
  for (const text of ['kept', 'lost', 'lost too']) world.server.sendAs(ROOM, 'bob', text)
  const ada = await world.live('ada')
  ada.room.close()
  await world.rest(2_500)
  ada.connection.cut()
  world.server.epoch = 'epoch-2'
  world.server.addRoom(ROOM, ['ada', 'bob'])
  world.server.sendAs(ROOM, 'bob', 'kept')
  await world.rest(5_000)
  expect(lineOf(ada)?.preview).toMatchObject({ seq: 1, content: 'kept' })
})

test('I6: a restored database: the list goes back to no older message than it showed before the new list comes (seed 71624)', async () => {
  const world = new World()
  world.server.sendAs(ROOM, 'bob', 'held')
  const ada = await world.live('ada')
  ada.room.close()
  await world.rest(3_000)
  world.server.sendAs(ROOM, 'bob', 'only on the list')
  deliverActivity(world, ada)
  await world.settle()
  expect(previewOf(ada)).toBe('only on the list')
  const after = reduceRoom(ada.model(), { type: 'epoch-changed' })
  expect(previewIn(after)?.content).toBe('only on the list')
})

test('P5: a restored database: a list as of before an own reaction replaces the old preview and count (near seed 71624)', async () => {
  const world = new World()
  for (const text of ['kept', 'lost', 'lost too']) world.server.sendAs(ROOM, 'bob', text)
  const ada = await world.live('ada')
  ada.room.close()
  await world.rest(3_000)
  world.server.addRoom(ROOM, ['ada', 'bob'])
  const kept = world.server.sendAs(ROOM, 'bob', 'kept')
  const item = listItemOf(world.server.room(ROOM), 'ada')
  const row = { ...(kept.kind === 'message' ? kept.message : expect.fail()), rev: kept.rev + 1 }
  let model = reduceRoom(ada.model(), { type: 'epoch-changed' })
  model = reduceRoom(model, { type: 'answered', answers: [{ id: asClientId('op'), row }], now: 0, random: 0 })
  model = reduceRoom(model, { type: 'listed', item, asOf: 1, now: 0 })
  expect(previewIn(model)).toMatchObject({ seq: 1, content: 'kept' })
  expect(model.unread).toMatchObject({ serverUnread: 1, throughSeq: 1 })
})

test('the last message is deleted: its preview shows that, and stays when the connection drops', async () => {
  const world = new World()
  world.server.sendAs(ROOM, 'bob', 'oops')
  const ada = await world.live('ada')
  world.server.remove(ROOM, 'bob', 1)
  await world.settle()
  ada.connection.cut()
  await world.tick()
  expect(lineOf(ada)?.preview).toMatchObject({ seq: 1, deleted: true, content: '' })
})

test('of a long message the list has the first 200 code points, as the server has it', async () => {
  const world = new World()
  const ada = await world.live('ada')
  void ada.room.send(`x${'😀'.repeat(300)}`)
  await world.settle()
  expect(previewOf(ada)).toBe(`x${'😀'.repeat(199)}`)
})

test('tabs come, take over and go: the list of none of them goes back', async () => {
  const world = new TabsWorld()
  const tabs = [
    await world.openTab('ada', [ROOM]),
    await world.openTab('ada', []),
    await world.openTab('ada', [ROOM]),
    await world.openTab('ada', []),
  ]
  const seen: string[] = []
  for (const [i, { chat }] of tabs.entries())
    chat.subscribe(() => {
      const seq = chat.getState().rooms[0]?.preview?.seq ?? 0
      seen.push(`${i} ${String(seq).padStart(2, '0')}`)
    })
  for (let turn = 1; tabs.length > 1; turn++) {
    world.server.sendAs(ROOM, 'bob', `message ${turn}`)
    await world.rest(1_500)
    const owner = world.owner(tabs)
    if (turn % 2 === 1) owner.connection.cut()
    else world.kill(tabs.splice(tabs.indexOf(owner), 1)[0] ?? owner)
    await world.rest(5_000)
    for (const tab of tabs) expect(previewOf(tab)).toBe(`message ${turn}`)
  }
  for (const i of [0, 1, 2, 3]) {
    const own = seen.filter((text) => text.startsWith(`${i} `))
    expect(own).toEqual([...own].sort())
  }
})

test('a disk that keeps nothing any more takes nothing off the list', async () => {
  const world = new World()
  world.server.sendAs(ROOM, 'bob', 'first')
  const storage = troubled(memoryStore())
  const ada = await world.live('ada', { storage })
  await world.rest(1_000)
  storage.failing = true
  world.server.sendAs(ROOM, 'bob', 'second')
  await world.rest(60_000)
  expect(ada.chat.getState().storage.status).not.toBe('ok')
  ada.room.close()
  await world.rest(3_000)
  ada.connection.cut()
  await world.tick()
  expect(previewOf(ada)).toBe('second')
})
