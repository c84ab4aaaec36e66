import { asRoomId, type Change, type Room } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { refusal } from '../test-support/model-server'
import { expectConverged, ROOM, type TestClient, World } from '../test-support/testing-world'

/** Dials, joins and asks for a sync: the server has read what it answers, and the answer is on its way. */
async function served(world: World, { connection }: TestClient): Promise<void> {
  for (const event of ['ready', 'join-rooms', 'join-rooms ack', 'sync']) {
    connection.take(event).run()
    await world.tick()
  }
}

function deliverAdded({ connection }: TestClient, room: Room): void {
  const item = { room, role: 'member' as const, lastReadSeq: 0, fromSeq: 1, unread: 0, preview: null }
  connection.deliver({ event: 'room-added', payload: { item } })
}

test('one sync for all rooms and the list after a connect, behind one join', async () => {
  const world = new World()
  for (const id of ['side', 'back']) world.server.addRoom(id, ['ada'])
  const ada = world.client('ada')
  void ada.room.open()
  void ada.chat.room('side').open()
  await world.settle()
  expect(ada.connection.served.map(({ event }) => event)).toEqual(['join-rooms', 'sync'])
  expect(ada.connection.served[1]?.payload).toMatchObject({
    rooms: { [ROOM]: { rev: 0 }, side: { rev: 0 } },
    list: { limit: 500 },
  })
  expect(
    ada.chat
      .getState()
      .rooms.map((room) => room.id)
      .sort(),
  ).toEqual(['back', ROOM, 'side'])
  ada.connection.cut()
  await world.rest(1_000)
  expect(ada.connection.served.slice(2).map(({ event }) => event)).toEqual(['join-rooms', 'sync'])
})

test('a room made while the list was on its way stays on it', async () => {
  const world = new World()
  const ada = await world.live('ada')
  ada.connection.cut()
  await world.pass(500)
  await served(world, ada)
  const list = ada.connection.take('sync ack')
  world.server.addRoom('new', ['ada'])
  deliverAdded(ada, world.server.room('new').room)
  ada.connection.take('room-added').run()
  list.run()
  await world.settle()
  expect(ada.chat.getState().rooms.map((room) => room.id)).toContain('new')
})

test('a list that was asked for before a room was left and joined again does not take it away', async () => {
  const world = new World()
  const ada = await world.live('ada')
  ada.connection.cut()
  await world.pass(500)
  world.server.kick(ROOM, 'ada')
  await served(world, ada)
  const list = ada.connection.take('sync ack')
  world.server.invite(ROOM, 'ada')
  deliverAdded(ada, world.server.room(ROOM).room)
  ada.connection.take('room-added').run()
  list.run()
  await world.settle()
  expect(ada.chat.getState().rooms.map(({ id }) => id)).toEqual([ROOM])
  expect(ada.room.getState().status).not.toBe('removed')
  await world.rest(1_000)
  expectConverged(world, ada)
})

test('a room that was joined before an invitation is joined again, although no answer reported that the user was not in it', async () => {
  const world = new World()
  world.server.kick(ROOM, 'ada')
  const ada = world.client('ada')
  void ada.room.open()
  await world.tick()
  await served(world, ada)
  // The answer gets lost, and the next one has the user as a member.
  ada.connection.take('sync ack')
  world.server.invite(ROOM, 'ada')
  deliverAdded(ada, world.server.room(ROOM).room)
  await world.rest(15_000)
  world.server.sendAs(ROOM, 'bob', 'welcome')
  await world.settle()
  expect(ada.contents()).toEqual(['welcome'])
  expectConverged(world, ada)
})

test('a room that was removed here, and for which the server still sends events, is back: the list has it (seed 27722)', async () => {
  const world = new World()
  const ada = await world.live('ada')
  // Another node removed and re-added the user, and the node with their connection was not notified.
  ada.connection.deliver({ event: 'room-removed', payload: { roomId: asRoomId(ROOM), reason: 'left' } })
  await world.settle()
  expect(ada.room.getState().status).toBe('removed')
  world.server.sendAs(ROOM, 'bob', 'he is back')
  const { rev, lastSeq } = world.server.room(ROOM).room
  ada.connection.deliver({
    event: 'room-heads',
    payload: { epoch: world.server.epoch, heads: { [ROOM]: { rev, lastSeq } } },
  })
  await world.rest(1_000)
  expect(ada.contents()).toEqual(['he is back'])
  expectConverged(world, ada)
})

test('a list requested before a room was left does not restore it', async () => {
  const world = new World()
  world.server.addRoom('side', ['ada'])
  const ada = await world.live('ada')
  ada.connection.cut()
  await world.pass(500)
  await served(world, ada)
  const list = ada.connection.take('sync ack')
  world.server.kick('side', 'ada')
  ada.connection.deliver({ event: 'room-removed', payload: { roomId: asRoomId('side'), reason: 'kicked' } })
  ada.connection.take('room-removed').run()
  list.run()
  await world.settle()
  expect(ada.chat.getState().rooms.map(({ id }) => id)).toEqual([ROOM])
})

test('a sync that was asked for before a read does not restore the old unread count', async () => {
  const world = new World()
  for (let seq = 1; seq <= 100; seq++) world.server.sendAs(ROOM, 'bob', `old ${seq}`)
  const ada = await world.live('ada')
  expect(ada.room.getState().unread).toBe(100)
  world.server.sendAs(ROOM, 'bob', 'lost')
  world.server.sendAs(ROOM, 'bob', 'heard')
  ada.connection.take('changes')
  await world.settle()
  await world.pass(250)
  ada.connection.take('sync').run()
  const sync = ada.connection.take('sync ack')
  // Where not all of it is held: the figure is the server's.
  ada.room.markRead(10)
  await world.rest(2_000)
  sync.run()
  await world.rest(2_000)
  expect(ada.room.getState().unread).toBe(92)
})

test('a part of a closed room was read elsewhere: the list is asked once for what is left', async () => {
  const world = new World()
  for (let seq = 1; seq <= 3; seq++) world.server.sendAs(ROOM, 'bob', `old ${seq}`)
  const ada = world.client('ada')
  void ada.chat.connect()
  await world.settle()
  const unread = (): number => ada.chat.getState().unreadTotal
  expect(unread()).toBe(3)
  world.server.answer('ada', 'mark-read', { roomId: asRoomId(ROOM), seq: 1 })
  const asked = ada.connection.served.length
  for (const reads of [{ ada: 1 }, { bob: 3 }, { bob: 3, ada: 1 }]) {
    ada.connection.deliver({ event: 'read-receipts', payload: { roomId: asRoomId(ROOM), reads } })
    await world.rest(1_000)
  }
  expect(unread()).toBe(2)
  expect(ada.connection.served.slice(asked).map(({ event }) => event)).toEqual(['sync'])
})

test('pages that are read meanwhile, or refused, do not delay the sync that closes a gap (seed 92342)', async () => {
  const world = new World()
  for (let seq = 1; seq <= 600; seq++) world.server.sendAs(ROOM, 'bob', `old ${seq}`)
  const ada = await world.live('ada')
  world.server.sendAs(ROOM, 'bob', 'lost')
  world.server.sendAs(ROOM, 'bob', 'heard')
  ada.connection.take('changes')
  await world.settle()
  const asked = ada.connection.served.length
  for (let pages = 0; pages < 7; pages++) {
    void ada.room.loadOlder()
    await world.settle()
  }
  await world.pass(250)
  await world.settle()
  const events = ada.connection.served.slice(asked).map(({ event }) => event)
  expect(events).toEqual([...Array(7).fill('fetch-history'), 'sync'])
  expect(ada.contents().slice(-2)).toEqual(['lost', 'heard'])
})

test('a figure that has a deletion in it already is not taken down by its row (seed 109319)', async () => {
  const world = new World()
  for (let seq = 1; seq <= 3; seq++) world.server.sendAs(ROOM, 'bob', `text ${seq}`)
  const ada = await world.live('ada')
  ada.room.close()
  await world.rest(5_000)
  expect(ada.connection.served.at(-1)?.event).toBe('leave-rooms')
  const unread = (): number => ada.chat.getState().unreadTotal
  expect(unread()).toBe(3)
  const change = world.server.remove(ROOM, 'bob', 2)
  ada.connection.deliver({
    event: 'room-activity',
    payload: {
      rooms: [
        { roomId: asRoomId(ROOM), rev: change.rev, lastSeq: 3, lastReadSeq: 0, unread: 2, preview: null },
      ],
    },
  })
  await world.settle()
  expect(unread()).toBe(2)
  // On its way for longer.
  ada.connection.deliver({ event: 'changes', payload: { roomId: asRoomId(ROOM), changes: [change] } })
  await world.settle()
  expect(unread()).toBe(2)
})

test('a message that is delivered only after a later one is counted too (seed 162285)', async () => {
  const world = new World()
  for (let seq = 1; seq <= 90; seq++) world.server.sendAs(ROOM, 'bob', `old ${seq}`)
  const ada = await world.live('ada')
  expect(ada.room.getState().unread).toBe(90)
  const { rev } = world.server.room(ROOM).room
  world.server.sendAs(ROOM, 'bob', 'edited before it is told')
  world.server.sendAs(ROOM, 'bob', 'later')
  world.server.edit(ROOM, 'bob', 91, 'edited')
  const told = [1, 2, 3].map(() => ada.connection.take('changes').payload as { changes: Change[] })
  const [, later, edited] = told.flatMap(({ changes }) => changes)
  if (later === undefined || edited === undefined) throw new Error('three changes')
  // As from a node that has caught up: changes since then have the rev of the change, and come last.
  const skip: Change = { kind: 'skip', rev: rev + 1, count: 1 }
  for (const changes of [[later], [skip, edited]])
    ada.connection.deliver({ event: 'changes', payload: { roomId: asRoomId(ROOM), changes } })
  await world.rest(1_000)
  expect(ada.contents().slice(-2)).toEqual(['edited', 'later'])
  expect(ada.room.getState().unread).toBe(92)
})

test('a change that is delivered twice while a count is on its way counts once (seed 56111)', async () => {
  const world = new World()
  for (let seq = 1; seq <= 90; seq++) world.server.sendAs(ROOM, 'bob', `old ${seq}`)
  const ada = await world.live('ada')
  // Another device has read a part that is not held here: only the server has the rest of the count.
  const roomId = asRoomId(ROOM)
  world.server.answer('ada', 'mark-read', { roomId, seq: 10 })
  ada.connection.deliver({ event: 'read-receipts', payload: { roomId, reads: { ada: 10 } } })
  ada.connection.step()
  await world.tick()
  ada.connection.take('sync').run()
  const late = ada.connection.take('sync ack')
  // Told to the room, and again as the answer to an own op.
  const change = world.server.remove(ROOM, 'bob', 20)
  ada.connection.deliver({ event: 'changes', payload: { roomId, changes: [change] } })
  await world.settle()
  late.run()
  await world.rest(1_000)
  expect(ada.room.getState().unread).toBe(79)
})

test('a room that is closed is left, though the server refuses at first (seed 148922)', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const asked = ada.connection.served.length
  let refusals = 2
  world.server.refuse = (_user, event) =>
    event === 'leave-rooms' && refusals-- > 0 ? refusal('UNAVAILABLE') : undefined
  ada.room.close()
  await world.rest(20_000)
  expect(ada.connection.served.slice(asked).map(({ event }) => event)).toEqual(Array(3).fill('leave-rooms'))
})

test('a last seq that never was is asked for ever more rarely, and forgotten with an answer that knows better', async () => {
  const world = new World()
  world.server.sendAs(ROOM, 'bob', 'one')
  const ada = await world.live('ada')
  const { rev } = world.server.room(ROOM).room
  // As from a history that a restore has undone.
  ada.connection.deliver({
    event: 'room-heads',
    payload: { epoch: world.server.epoch, heads: { [ROOM]: { rev: rev + 1, lastSeq: 99 } } },
  })
  await world.rest(300_000)
  const syncs = ada.connection.served.filter(({ event }) => event === 'sync').length
  expect(syncs).toBeLessThan(25)
  world.server.sendAs(ROOM, 'bob', 'two')
  await world.rest(60_000)
  expect(ada.model().sync.gap).toBeNull()
  expectConverged(world, ada)
})

test('the list is in order of activity, and an unread total goes with it', async () => {
  const world = new World()
  for (const id of ['a', 'b', 'c']) world.server.addRoom(id, ['ada', 'bob'])
  const ada = await world.live('ada')
  const at = (seconds: number) => `2026-02-01T00:00:${String(seconds).padStart(2, '0')}.000Z`
  const active = (id: string, seconds: number, unread: number): void =>
    ada.connection.deliver({
      event: 'room-activity',
      payload: {
        rooms: [
          {
            roomId: world.server.room(id).room.id,
            rev: 10 + seconds,
            lastSeq: seconds,
            lastReadSeq: 0,
            unread,
            preview: {
              seq: seconds,
              senderId: world.server.room(id).members.values().next().value?.userId ?? ('x' as never),
              senderName: 'Bob',
              type: 'text',
              content: 'hi',
              createdAt: at(seconds),
              deleted: false,
            },
          },
        ],
      },
    })
  active('b', 1, 1)
  active('a', 2, 3)
  active('b', 3, 2)
  await world.settle()
  expect(ada.chat.getState().rooms.map((room) => `${room.id} ${room.unread}`)).toEqual([
    'b 2',
    'a 3',
    `${ROOM} 0`,
    'c 0',
  ])
  expect(ada.chat.getState().unreadTotal).toBe(5)
})

test('a refused page rejects, and the next one is fine', async () => {
  const world = new World()
  for (let i = 0; i < 120; i++) world.server.sendAs(ROOM, 'bob', `old ${i}`)
  const ada = await world.live('ada')
  world.server.refuse = (_user, event) =>
    event === 'fetch-history' ? refusal('HISTORY_TRUNCATED') : undefined
  const refused = ada.room.loadOlder()
  await world.settle()
  await expect(refused).rejects.toMatchObject({ code: 'HISTORY_TRUNCATED' })
  expect(ada.room.getState()).toMatchObject({ loadingOlder: false, error: { code: 'HISTORY_TRUNCATED' } })
  world.server.refuse = () => undefined
  const loaded = ada.room.loadOlder()
  await world.rest(2_000)
  await loaded
  expect(ada.room.getState().error).toBeNull()
  expect(ada.contents()).toHaveLength(100)
})

test('a sync that is refused for now is asked again, ever more rarely', async () => {
  const world = new World()
  const ada = world.client('ada')
  world.server.refuse = (_user, event) => (event === 'sync' ? refusal('OVERLOADED') : undefined)
  void ada.room.open()
  await world.rest(15_000)
  const asked = ada.connection.served.filter(({ event }) => event === 'sync').length
  expect(asked).toBeGreaterThan(2)
  expect(asked).toBeLessThan(8)
  expect(ada.room.getState().status).toBe('loading')
  world.server.refuse = () => undefined
  await world.rest(30_000)
  expectConverged(world, ada)
})

test('a room that one is not in rejects, and opens after joining', async () => {
  const world = new World()
  world.server.addRoom('club', ['bob'])
  const ada = await world.live('ada')
  const club = ada.chat.room('club')
  const opened = club.open()
  await world.rest(1_000)
  await expect(opened).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' })
  expect(club.getState().status).toBe('removed')
  world.server.invite('club', 'ada')
  club.close()
  await world.rest(3_000)
  const again = club.open()
  await world.rest(1_000)
  await again
  expect(club.getState().status).toBe('live')
})
