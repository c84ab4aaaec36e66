import { asRoomId, asUserId } from '@roomful/protocol'
import { createTestWorld } from '@roomful/testing'
import { expect, test } from 'vitest'
import type { Room } from '../room'
import { ROOM } from '../test-support/two-people'

const names = (room: Room): string[] =>
  room
    .getState()
    .members.map(({ userId }) => userId)
    .sort()

async function three() {
  const world = await createTestWorld({ users: ['bob', 'ada', 'cid'], invitations: 'open' })
  const open = async () => {
    const room = world.clients.ada.room(ROOM)
    void room.open()
    await world.settle()
    return room
  }
  /** The owner removes a user, or adds them again. */
  const move = async (event: 'remove-member' | 'add-member', user: 'ada' | 'cid') => {
    const payload = { roomId: asRoomId(ROOM), userId: asUserId(user) }
    await Promise.all([world.clients.bob.request(event, payload), world.advance(300)])
  }
  return { world, room: await open(), open, move }
}
const ALL = ['ada', 'bob', 'cid']

test('a room that comes from the disk has its members with the first sync (found by using it: the header was empty after a reload)', async () => {
  const { world, room, open } = await three()
  await world.fill(ROOM, 'bob', 1)
  await world.advance(1_000)
  expect(names(room)).toEqual(ALL)
  await world.reload('ada')
  const before = world.requests('ada').length
  const again = await open()
  expect(names(again)).toEqual(ALL)
  const syncs = () =>
    world
      .requests('ada')
      .slice(before)
      .filter(({ event }) => event === 'sync')
  expect(syncs()[0]?.payload).toMatchObject({ rooms: { [ROOM]: { members: true } } })

  world.faults.disconnect({ user: 'ada' })
  await world.settle()
  expect(syncs().length).toBeGreaterThan(1)
  expect(JSON.stringify(syncs().at(-1)?.payload)).not.toContain('members')
  expect(names(again)).toEqual(ALL)
  await world.expectConverged()
})

test('a member who left while a room started over is not shown as a member any more', async () => {
  const { world, room, move } = await three()
  const heal = world.faults.partition({ user: 'ada' })
  await move('remove-member', 'cid')
  // Ada was out and came again meanwhile: the cursor is of another stay, and the server begins anew.
  await move('remove-member', 'ada')
  await move('add-member', 'ada')
  heal()
  await world.expectConverged()
  expect(names(room)).toEqual(['ada', 'bob'])
})

test('a member who joins while the members are on their way stays', async () => {
  const { world, move } = await three()
  await world.fill(ROOM, 'bob', 1)
  await move('remove-member', 'cid')
  await world.advance(1_000)
  await world.reload('ada')
  const answer = world.faults.hold('answer', 'sync', { user: 'ada' })
  const room = world.clients.ada.room(ROOM)
  void room.open()
  while (!answer.isThere) await world.advance(1)
  await move('add-member', 'cid')
  answer.release()
  await world.expectConverged()
  expect(names(room)).toEqual(ALL)
})
