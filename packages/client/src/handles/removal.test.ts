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
