import { describe, expect, test } from 'vitest'
import { addMessage } from '../test-support/model-room'
import { expectConverged, ROOM, World } from '../test-support/testing-world'

describe('15 edit A (ack lost), edit B from the phone, retry of A', () => {
  test('the retry is recognised by its opId, and B stays', async () => {
    const world = new World()
    const desk = await world.live('ada')
    const phone = await world.live('ada', {
      ports: { ids: { clientId: () => 'phone-op-1', random: () => 0 } },
    })
    world.server.say(ROOM, 'ada', 'draft')
    await world.settle()
    const [message] = desk.room.messages()
    const edited = desk.room.edit(message?.id ?? '', 'A')
    await world.tick()
    desk.line.take('edit-message').run()
    desk.line.cut()
    const byPhone = phone.room.edit(message?.id ?? '', 'B')
    await world.rest()
    await Promise.all([edited, byPhone])
    expect(world.server.room(ROOM).messages[0]?.content).toBe('B')
    for (const client of [desk, phone]) {
      expect(client.contents()).toEqual(['B'])
      expectConverged(world, client)
    }
  })
})

describe('21 mark-read 50, then 40, from two devices', () => {
  test('the read cursor stays at 50 on both, and unread is what is after it', async () => {
    const world = new World()
    for (let i = 1; i <= 60; i++) addMessage(world.server.room(ROOM), 'bob', { content: `old ${i}` })
    const desk = await world.live('ada', { readDebounceMs: 500 })
    const phone = await world.live('ada', { readDebounceMs: 500 })
    world.server.onChange = () => {}
    desk.room.markRead(50)
    phone.room.markRead(40)
    expect(desk.room.getState()).toMatchObject({ lastReadSeq: 50, unread: 10 })
    expect(phone.room.getState()).toMatchObject({ lastReadSeq: 40, unread: 20 })
    await world.rest()
    expect(world.server.room(ROOM).reads.get('ada')).toBe(50)
    expect(phone.room.getState()).toMatchObject({ lastReadSeq: 50, unread: 10 })
    desk.room.markRead(45)
    await world.rest()
    expect(desk.room.getState()).toMatchObject({ lastReadSeq: 50, unread: 10 })
  })
})

describe('22 jump to seq 5000 and scroll until the ranges meet', () => {
  test('one stretch in the end, every row once', async () => {
    const world = new World()
    for (let i = 1; i <= 5_400; i++) addMessage(world.server.room(ROOM), 'bob', { content: `old ${i}` })
    const ada = await world.live('ada')
    expect(ada.room.messages()[0]?.seq).toBe(5_351)
    void ada.room.jumpTo(5_000)
    await world.settle()
    const seqs = () => ada.room.messages().map((message) => message.seq)
    expect(seqs()).toContain(5_000)
    expect(ada.room.getState()).toMatchObject({ hasOlder: true, hasNewer: true })
    // A message that comes meanwhile belongs to the newest stretch, not behind what is shown.
    world.server.say(ROOM, 'bob', 'meanwhile')
    await world.settle()
    expect(seqs()).not.toContain(5_401)
    for (let pages = 0; ada.room.getState().hasNewer && pages < 20; pages++) {
      void ada.room.loadNewer()
      await world.settle()
    }
    expect(ada.room.getState().hasNewer).toBe(false)
    const first = seqs()[0] ?? 0
    expect(seqs()).toEqual(Array.from({ length: 5_401 - first + 1 }, (_, i) => first + i))
    expectConverged(world, ada)
  })
})

describe('23 delete of an uncached unread message, delivered twice', () => {
  test('takes one off the figure, once', async () => {
    const world = new World()
    for (let i = 1; i <= 80; i++) addMessage(world.server.room(ROOM), 'bob', { content: `old ${i}` })
    const ada = await world.live('ada')
    expect(ada.room.messages()[0]?.seq).toBe(31)
    expect(ada.room.getState().unread).toBe(80)
    world.server.remove(ROOM, 'bob', 10)
    const frame = ada.line.take('changes')
    frame.run()
    frame.run()
    expect(ada.room.getState().unread).toBe(79)
    expect(ada.chat.getState()).toMatchObject({ unreadTotal: 79, rooms: [{ unread: 79 }] })
    await world.rest(1_000)
    expect(ada.room.getState().unread).toBe(79)
    expectConverged(world, ada)
  })
})
