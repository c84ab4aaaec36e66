import { describe, expect, test } from 'vitest'
import { addMessage, editMessage } from '../test-support/model-room'
import { expectConverged, ROOM, type TestClient, World } from '../test-support/testing-world'

const filled = (count: number): World => {
  const world = new World()
  for (let i = 1; i <= count; i++) addMessage(world.server.room(ROOM), 'bob', { content: `old ${i}` })
  return world
}

describe('9 a paged sync is interrupted while a row changes that was not sent yet', () => {
  const behind = async () => {
    const world = filled(40)
    world.server.limits.patch = 5
    const ada = await world.live('ada')
    ada.line.cut()
    for (let seq = 1; seq <= 12; seq++) editMessage(world.server.room(ROOM), seq, `edited ${seq}`)
    // Up to the first page of the sync, with more to follow.
    await world.pass(500)
    for (const event of ['ready', 'join-rooms', 'join-rooms ack', 'sync', 'sync ack']) {
      ada.line.take(event).run()
      await world.tick()
    }
    return { world, ada }
  }

  test('the cursor waits for the last page, and the row is in it', async () => {
    const { world, ada } = await behind()
    const { cursor } = ada.core()
    expect(ada.contents()[0]).toBe('edited 1')
    editMessage(world.server.room(ROOM), 11, 'edited again')
    ada.line.take('sync').run()
    ada.line.take('sync ack').run()
    await world.tick()
    expect(ada.core().cursor).toBe(cursor)
    await world.rest()
    expect(ada.contents()[10]).toBe('edited again')
    expectConverged(world, ada)
  })

  test('and when the line breaks in between, the next sync begins at the old cursor', async () => {
    const { world, ada } = await behind()
    const { cursor } = ada.core()
    ada.line.cut()
    editMessage(world.server.room(ROOM), 2, 'edited again')
    expect(ada.core().cursor).toBe(cursor)
    await world.rest()
    expect(ada.contents().slice(0, 12).join()).toBe(
      ['edited 1', 'edited again', ...Array.from({ length: 10 }, (_, i) => `edited ${i + 3}`)].join(),
    )
    expectConverged(world, ada)
  })
})

describe('10 a limited sync with a live row inside the new hole whose edit was lost', () => {
  test('the row goes with the hole, and comes back right when it is scrolled to', async () => {
    const world = filled(10)
    const ada = await world.live('ada')
    ada.line.cut()
    const room = world.server.room(ROOM)
    await world.pass(500)
    for (const event of ['ready', 'join-rooms', 'join-rooms ack']) {
      ada.line.take(event).run()
      await world.tick()
    }
    const sync = ada.line.take('sync')
    // Next to what is held, so it is taken live; then its edit is lost, and far more follows than one sync brings.
    world.server.say(ROOM, 'bob', 'live')
    ada.line.take('changes').run()
    expect(ada.contents().at(-1)).toBe('live')
    world.server.edit(ROOM, 'bob', 11, 'live, edited')
    ada.line.take('changes')
    for (let i = 12; i <= 300; i++) addMessage(room, 'bob', { content: `old ${i}` })
    sync.run()
    await world.settle()
    expect(ada.contents()).not.toContain('live')
    expect(ada.room.getState()).toMatchObject({ hasOlder: true, hasNewer: false })
    expect(ada.room.messages()[0]?.seq).toBe(251)
    for (let pages = 0; pages < 6; pages++) {
      void ada.room.loadOlder()
      await world.settle()
    }
    expect(ada.contents()[10]).toBe('live, edited')
    expectConverged(world, ada)
  })
})

describe('11 the last event in a quiet room is lost', () => {
  test('the next heads find it', async () => {
    const world = filled(3)
    const ada = await world.live('ada')
    world.server.edit(ROOM, 'bob', 3, 'the last word')
    ada.line.take('changes')
    await world.rest()
    expect(ada.contents()[2]).toBe('old 3')
    const { rev, lastSeq } = world.server.room(ROOM).room
    ada.line.tell({
      event: 'room-heads',
      payload: { epoch: world.server.epoch, heads: { [ROOM]: { rev, lastSeq } } },
    })
    await world.rest(1_000)
    expect(ada.contents()[2]).toBe('the last word')
    expectConverged(world, ada)
  })
})

describe('12 a crash between commit and publish', () => {
  test('what was committed and never published is found after the reconnect', async () => {
    const world = filled(3)
    const ada = await world.live('ada')
    const bob = await world.live('bob')
    const sent = bob.room.send('committed')
    await world.tick()
    world.server.onChange = () => {
      for (const { line } of world.clients) line.cut()
    }
    bob.line.take('send-message').run()
    world.server.onChange = (roomId, changes) => {
      for (const { line } of world.clients) line.broadcast(roomId, changes)
    }
    await world.rest()
    expect((await sent).seq).toBe(4)
    for (const client of [ada, bob]) {
      expect(client.contents().at(-1)).toBe('committed')
      expectConverged(world, client)
    }
  })
})

describe('18 kicked while offline, re-invited with a later fromSeq, back with the old cursor', () => {
  test('what was said in between is not his to see, and his unsent message goes out', async () => {
    const world = filled(5)
    const ada = await world.live('ada')
    ada.line.cut()
    ada.room.send('from the tunnel')
    world.server.kick(ROOM, 'ada')
    world.server.say(ROOM, 'bob', 'about ada')
    world.server.invite(ROOM, 'ada')
    world.server.say(ROOM, 'bob', 'welcome back')
    await world.rest()
    expect(ada.contents()).toEqual(['welcome back', 'from the tunnel'])
    expect(ada.room.getState().hasOlder).toBe(false)
    expectConverged(world, ada)
  })

  test('kicked and not re-invited: the copy goes, the text of the unsent message stays', async () => {
    const world = filled(5)
    const ada = await world.live('ada')
    ada.line.cut()
    const sent = ada.room.send('too late')
    world.server.kick(ROOM, 'ada')
    await world.rest()
    expect(ada.room.getState()).toMatchObject({ status: 'removed', error: { code: 'ROOM_NOT_FOUND' } })
    await expect(sent).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' })
    expect(ada.room.messages()).toMatchObject([{ content: 'too late', status: 'failed' }])
    expect(ada.chat.getState().rooms).toEqual([])
  })
})

/** The database is another one with five messages, and the line that is up tells its heads. */
function restore(world: World, { line }: TestClient): void {
  world.server.rooms.delete(ROOM)
  const restored = world.server.addRoom(ROOM, ['ada', 'bob'])
  for (let i = 1; i <= 5; i++) addMessage(restored, 'bob', { content: `other ${i}` })
  world.server.epoch = 'epoch-2'
  const { rev, lastSeq } = restored.room
  line.tell({ event: 'room-heads', payload: { epoch: 'epoch-2', heads: { [ROOM]: { rev, lastSeq } } } })
}

describe('19 the database is restored, then new revs overtake the old numbers', () => {
  test('nothing of the lost history stays, though its revs are lower and higher than the new ones', async () => {
    const world = filled(10)
    const ada = await world.live('ada')
    world.server.edit(ROOM, 'bob', 3, 'never happened')
    world.server.say(ROOM, 'bob', 'lost for ever')
    await world.settle()
    ada.line.cut()
    // As of the backup: ten messages; then other people go on writing.
    world.server.rooms.delete(ROOM)
    const restored = world.server.addRoom(ROOM, ['ada', 'bob'])
    for (let i = 1; i <= 10; i++) addMessage(restored, 'bob', { content: `old ${i}` })
    for (let i = 11; i <= 30; i++) addMessage(restored, 'bob', { content: `new ${i}` })
    world.server.epoch = 'epoch-2'
    const draft = ada.room.send('kept')
    ada.room.setDraft('half a thought')
    await world.rest()
    expect(ada.contents()).not.toContain('never happened')
    expect(ada.contents()).not.toContain('lost for ever')
    expect((await draft).seq).toBe(31)
    expect(ada.room.getState().draft).toBe('half a thought')
    expectConverged(world, ada)
  })

  test('told by heads on a line that is up', async () => {
    const world = filled(10)
    const ada = await world.live('ada')
    restore(world, ada)
    await world.rest(2_000)
    expect(ada.contents()).toEqual(['other 1', 'other 2', 'other 3', 'other 4', 'other 5'])
    expectConverged(world, ada)
  })

  test('and what came before the first answer of the new history is not forgotten with the old rows', async () => {
    const world = filled(10)
    const ada = await world.live('ada')
    restore(world, ada)
    ada.line.take('room-heads').run()
    await world.tick()
    ada.line.take('sync').run()
    world.server.say(ROOM, 'bob', 'while it was on its way')
    world.server.invite(ROOM, 'cid')
    ada.line.take('changes').run()
    ada.line.take('changes').run()
    ada.line.take('sync ack').run()
    await world.tick()
    const { lastSeq: shown, hasNewer, members } = ada.room.getState()
    expect(ada.contents().at(-1)).toBe('while it was on its way')
    expect({ shown, hasNewer }).toEqual({ shown: 6, hasNewer: false })
    expect(members.map(({ userId }) => userId)).toContain('cid')
    await world.rest(2_000)
    expectConverged(world, ada)
  })
})
