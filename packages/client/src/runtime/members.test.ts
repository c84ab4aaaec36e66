import { expect, test } from 'vitest'
import { memoryStore } from '../adapters/memory-store'
import { ROOM, type TestClient, World } from '../test-support/testing-world'

const members = ({ room }: TestClient): string[] =>
  room
    .getState()
    .members.map(({ userId, role }) => `${userId} ${role}`)
    .sort()

const ALL = ['ada member', 'bob member', 'cid member']

test('a room that comes from the disk has its members with the first sync (found by using it: the header was empty after a reload)', async () => {
  const world = new World(['ada', 'bob', 'cid'])
  world.server.say(ROOM, 'bob', 'hi')
  const disk = memoryStore()
  const first = await world.live('ada', { storage: disk })
  expect(members(first)).toEqual(ALL)
  await world.rest(1_000)
  await first.chat.close()
  world.clients.splice(0, 1)

  const second = await world.live('ada', { storage: disk })
  expect(members(second)).toEqual(ALL)
  const asked = second.line.served.find(({ event }) => event === 'sync')
  expect(asked?.payload).toMatchObject({ rooms: { [ROOM]: { members: true } } })

  second.line.cut()
  await world.rest(1_000)
  const again = second.line.served.findLast(({ event }) => event === 'sync')
  expect(JSON.stringify(again?.payload)).not.toContain('members')
  expect(members(second)).toEqual(ALL)
})

test('who has gone while a room began anew is not shown as a member any more', async () => {
  const world = new World(['ada', 'bob', 'cid'])
  const ada = await world.live('ada')
  ada.line.silent = true
  ada.line.cut()
  await world.tick()
  world.server.kick(ROOM, 'cid')
  // She was out and came again meanwhile: her cursor is of another stay, and the server begins anew.
  world.server.kick(ROOM, 'ada')
  world.server.invite(ROOM, 'ada')
  ada.line.silent = false
  await world.rest(60_000)
  expect(members(ada)).toEqual(['ada member', 'bob member'])
})

test('somebody who comes while the members are on their way stays', async () => {
  const world = new World(['ada', 'bob'])
  world.server.say(ROOM, 'bob', 'hi')
  const disk = memoryStore()
  const first = await world.live('ada', { storage: disk })
  await world.rest(1_000)
  await first.chat.close()
  world.clients.splice(0, 1)

  const second = world.client('ada', { storage: disk })
  void second.room.open()
  await world.tick()
  for (const event of ['ready', 'join-rooms', 'join-rooms ack', 'sync']) {
    second.line.take(event).run()
    await world.tick()
  }
  world.server.invite(ROOM, 'cid')
  second.line.take('changes').run()
  await world.settle()
  expect(members(second)).toEqual(ALL)
})
