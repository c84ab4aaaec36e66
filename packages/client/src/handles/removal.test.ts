import { expect, test } from 'vitest'
import { ROOM, World } from '../test-support/testing-world'

test.each(['left', 'kicked', 'banned', 'deleted'] as const)(
  'a room that is gone says how: %s',
  async (removal) => {
    const world = new World()
    const ada = await world.live('ada')
    const roomId = world.server.room(ROOM).room.id
    ada.connection.deliver({ event: 'room-removed', payload: { roomId, reason: removal } })
    await world.settle()
    const { status, error } = ada.room.getState()
    expect([status, error?.code, error?.removal]).toEqual(['removed', 'ROOM_NOT_FOUND', removal])
  },
)

test('a room that is still on the screen as removed opens at once when the user has joined it again', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const { room, members } = world.server.room(ROOM)
  const member = members.get('ada')
  if (!member) throw new Error('ada is in it')
  members.set('ada', { ...member, removed: 'kicked' })
  ada.connection.deliver({ event: 'room-removed', payload: { roomId: room.id, reason: 'kicked' } })
  await world.settle()
  expect(ada.room.getState().status).toBe('removed')
  // Its list item comes later than the answer.
  const opened = ada.chat.joinRoom(ROOM).then((joined) => joined.open())
  await world.settle()
  await opened
  await world.settle()
  expect(ada.room.getState()).toMatchObject({ status: 'live', error: null })
})
