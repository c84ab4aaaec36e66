import { describe, expect, test } from 'vitest'
import { addMessage } from '../test-support/model-room'
import { expectConverged, ROOM, type TestClient, World } from '../test-support/testing-world'

const filled = (count: number): World => {
  const world = new World()
  for (let i = 1; i <= count; i++) addMessage(world.server.room(ROOM), 'bob', { content: `old ${i}` })
  return world
}

/** The database is another one with five messages, and the open connection sends its heads. */
function restore(world: World, { connection }: TestClient): void {
  world.server.rooms.delete(ROOM)
  const restored = world.server.addRoom(ROOM, ['ada', 'bob'])
  for (let i = 1; i <= 5; i++) addMessage(restored, 'bob', { content: `other ${i}` })
  world.server.epoch = 'epoch-2'
  const { rev, lastSeq } = restored.room
  connection.deliver({
    event: 'room-heads',
    payload: { epoch: 'epoch-2', heads: { [ROOM]: { rev, lastSeq } } },
  })
}

describe('19 the database is restored under a connection that is up', () => {
  test('found by heads on a connection that is up', async () => {
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
    ada.connection.take('room-heads').run()
    await world.tick()
    ada.connection.take('sync').run()
    world.server.sendAs(ROOM, 'bob', 'while it was on its way')
    world.server.invite(ROOM, 'cid')
    ada.connection.take('changes').run()
    ada.connection.take('changes').run()
    ada.connection.take('sync ack').run()
    await world.tick()
    const { lastSeq: shown, hasNewer, members } = ada.room.getState()
    expect(ada.contents().at(-1)).toBe('while it was on its way')
    expect({ shown, hasNewer }).toEqual({ shown: 6, hasNewer: false })
    expect(members.map(({ userId }) => userId)).toContain('cid')
    await world.rest(2_000)
    expectConverged(world, ada)
  })
})
