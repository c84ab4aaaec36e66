import { asRoomId } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { ROOM, World } from '../../test-support/testing-world'

test('I14: an answer that comes after the removal confirms the message, and shows nothing of the room', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const sent = ada.room.send('in the last moment')
  await world.tick()
  ada.connection.take('send-message').run()
  await world.tick()
  const answer = ada.connection.take('send-message ack')
  ada.connection.take('changes')
  const payload = { roomId: asRoomId(ROOM), reason: 'deleted' } as const
  ada.connection.deliver({ event: 'room-removed', payload })
  await world.settle()
  expect(ada.room.getState().status).toBe('removed')
  answer.run()
  await world.settle()
  expect((await sent).content).toBe('in the last moment')
  expect(ada.room.messages()).toEqual([])
})
