import { describe, expect, test } from 'vitest'
import { addMessage } from '../test-support/model-room'
import { expectConverged, ROOM, World } from '../test-support/testing-world'

const twoPeople = async () => {
  const world = new World()
  const ada = await world.live('ada')
  return { world, ada, server: world.server }
}

describe('4 an edit arrives before its new', () => {
  test('the message shows as edited at once, and the late new changes nothing', async () => {
    const { world, ada, server } = await twoPeople()
    server.say(ROOM, 'bob', 'draft')
    const late = ada.line.take('changes')
    server.edit(ROOM, 'bob', 1, 'final')
    await world.settle()
    expect(ada.contents()).toEqual(['final'])
    late.run()
    expect(ada.contents()).toEqual(['final'])
    expectConverged(world, ada)
  })
})

describe('5 a delete before its new, then a stale page', () => {
  test('the tombstone stays', async () => {
    const { world, ada, server } = await twoPeople()
    for (let i = 1; i <= 60; i++) server.say(ROOM, 'bob', `old ${i}`)
    const bob = await world.live('bob')
    await world.settle()
    server.say(ROOM, 'bob', 'secret')
    const late = [ada.line.take('changes'), bob.line.take('changes')]
    // A page that was read before the delete, and is delivered after it.
    void bob.room.jumpTo(3)
    await world.tick()
    bob.line.take('fetch-history').run()
    const page = bob.line.take('fetch-history ack')
    server.remove(ROOM, 'bob', 61)
    bob.line.take('changes').run()
    page.run()
    for (const frame of late) frame.run()
    await world.rest()
    for (const client of [ada, bob]) {
      expect(client.contents()).not.toContain('secret')
      expectConverged(world, client)
    }
    expect(ada.room.messages().at(-1)).toMatchObject({ deleted: true, content: '' })
  })
})

describe('6 a page whose snapshot is older than a delivered edit', () => {
  test('does not undo it', async () => {
    const world = new World()
    for (let i = 1; i <= 120; i++) addMessage(world.server.room(ROOM), 'bob', { content: `old ${i}` })
    const ada = await world.live('ada')
    expect(ada.room.messages()[0]?.seq).toBe(71)
    void ada.room.loadOlder()
    await world.tick()
    ada.line.take('fetch-history').run()
    const page = ada.line.take('fetch-history ack')
    // Row 30 is in the page, and was not held when its edit came.
    world.server.edit(ROOM, 'bob', 30, 'edited')
    ada.line.take('changes').run()
    page.run()
    await world.settle()
    expect(ada.contents()[9]).toBe('edited')
    expectConverged(world, ada)
  })

  test('a page older than the cursor at its request is asked for again', async () => {
    const world = new World()
    for (let i = 1; i <= 120; i++) addMessage(world.server.room(ROOM), 'bob', { content: `old ${i}` })
    const ada = await world.live('ada')
    // A reader that lags: it answers from before the edit, which the cursor has passed already.
    const stale = world.server.answer('ada', 'fetch-history', {
      roomId: world.server.room(ROOM).room.id,
      beforeSeq: 71,
      includeDeleted: true,
    })
    world.server.edit(ROOM, 'bob', 30, 'edited')
    await world.settle()
    const answer = world.server.answer.bind(world.server)
    let lagging = true
    world.server.answer = ((
      userId: string,
      event: 'fetch-history',
      payload: Parameters<typeof answer>[2],
    ) => {
      if (event !== 'fetch-history' || !lagging) return answer(userId, event, payload as never)
      lagging = false
      return stale
    }) as typeof world.server.answer
    void ada.room.loadOlder()
    await world.rest()
    expect(ada.line.served.filter(({ event }) => event === 'fetch-history')).toHaveLength(2)
    expect(ada.contents()[9]).toBe('edited')
    expectConverged(world, ada)
  })
})

describe('7 a reaction at rev 12 before an edit at rev 11 of one message', () => {
  test('both are there in the end, and at no time is either undone', async () => {
    const { world, ada, server } = await twoPeople()
    server.say(ROOM, 'bob', 'text')
    await world.settle()
    server.edit(ROOM, 'bob', 1, 'edited')
    const edit = ada.line.take('changes')
    server.react(ROOM, 'bob', 1, '👍', 'add')
    ada.line.take('changes').run()
    expect(ada.room.messages()[0]).toMatchObject({
      content: 'edited',
      reactions: [{ emoji: '👍', count: 1 }],
    })
    edit.run()
    expect(ada.room.messages()[0]).toMatchObject({
      content: 'edited',
      reactions: [{ emoji: '👍', count: 1 }],
    })
    expectConverged(world, ada)
  })
})

describe('8 a sync reply older than the cursor', () => {
  test('takes nothing back, and the cursor stays', async () => {
    const { world, ada, server } = await twoPeople()
    server.say(ROOM, 'bob', 'one')
    const lost = ada.line.take('changes')
    server.say(ROOM, 'bob', 'two')
    await world.settle()
    await world.pass(300)
    ada.line.take('sync').run()
    const reply = ada.line.take('sync ack')
    lost.run()
    server.edit(ROOM, 'bob', 1, 'one, edited')
    server.say(ROOM, 'bob', 'three')
    server.remove(ROOM, 'bob', 2)
    await world.settle()
    const { cursor } = ada.core()
    reply.run()
    await world.settle()
    expect(ada.core().cursor).toBe(cursor)
    expect(ada.contents()).toEqual(['one, edited', '', 'three'])
    expectConverged(world, ada)
  })

  test('from a reader that lags behind the cursor at the request: asked for again, and no figure goes back', async () => {
    const { world, ada, server } = await twoPeople()
    server.say(ROOM, 'bob', 'one')
    await world.settle()
    const answer = server.answer.bind(server)
    const { cursor } = ada.core()
    const lagging = answer('ada', 'sync', { rooms: { [ROOM]: { rev: cursor, minSeq: 1, maxSeq: 1 } } })
    for (const content of ['two', 'three']) server.say(ROOM, 'bob', content)
    await world.settle()
    let lags = true
    server.answer = ((userId: string, event: 'sync', payload: never) => {
      if (event !== 'sync' || !lags) return answer(userId, event, payload)
      lags = false
      return lagging
    }) as typeof server.answer
    server.edit(ROOM, 'bob', 1, 'edited')
    ada.line.take('changes')
    server.edit(ROOM, 'bob', 2, 'edited')
    await world.settle()
    await world.pass(250)
    await world.settle()
    expect(ada.room.getState().unread).toBe(3)
    expect(ada.core().figure).toBe(3)
    await world.rest(5_000)
    expect(ada.contents()).toEqual(['edited', 'edited', 'three'])
    expectConverged(world, ada)
  })
})

describe('13 node B publishes rev 11 before node A publishes 10', () => {
  test('in order on screen in the end, without a sync', async () => {
    const { world, ada, server } = await twoPeople()
    const syncs = () => ada.line.served.filter(({ event }) => event === 'sync').length
    const before = syncs()
    server.say(ROOM, 'bob', 'from node A')
    const nodeA = ada.line.take('changes')
    server.say(ROOM, 'bob', 'from node B')
    await world.settle()
    expect(ada.contents()).toEqual([])
    await world.pass(200)
    nodeA.run()
    expect(ada.contents()).toEqual(['from node A', 'from node B'])
    await world.rest(2_000)
    expect(syncs()).toBe(before)
    expectConverged(world, ada)
  })

  test('and when the first never comes, the sync brings it after 250 ms', async () => {
    const { world, ada, server } = await twoPeople()
    server.say(ROOM, 'bob', 'lost')
    ada.line.take('changes')
    server.say(ROOM, 'bob', 'seen')
    await world.settle()
    await world.pass(249)
    expect(ada.line.has('sync')).toBe(false)
    await world.pass(1)
    expect(ada.line.has('sync')).toBe(true)
    expect(ada.room.getState().status).toBe('catching-up')
    await world.settle()
    expect(ada.contents()).toEqual(['lost', 'seen'])
    expectConverged(world, ada)
  })
})

describe('14 a commit between subscribe and read', () => {
  test('is delivered live, or is in the read, and never missed', async () => {
    const world = new World()
    const ada = world.client('ada')
    void ada.room.open()
    await world.tick()
    ada.line.take('ready').run()
    await world.tick()
    ada.line.take('join-rooms').run()
    world.server.say(ROOM, 'bob', 'between')
    await world.settle()
    expect(ada.contents()).toEqual(['between'])
    world.server.say(ROOM, 'bob', 'after')
    await world.settle()
    expectConverged(world, ada)
  })

  test('committed after the read, delivered before its reply', async () => {
    const world = new World()
    const ada = world.client('ada')
    void ada.room.open()
    await world.tick()
    ada.line.take('ready').run()
    await world.tick()
    ada.line.take('join-rooms').run()
    ada.line.take('join-rooms ack').run()
    await world.tick()
    ada.line.take('sync').run()
    world.server.say(ROOM, 'bob', 'early bird')
    ada.line.take('changes').run()
    await world.settle()
    expect(ada.contents()).toEqual(['early bird'])
    expectConverged(world, ada)
  })
})
