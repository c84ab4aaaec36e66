import type { LocalStore } from '../storage/port'
import { addMessage } from './model-room'
import { ROOM, type TestClient, World } from './testing-world'

/** A world whose room has so many messages. */
export const filled = (count: number): World => {
  const world = new World()
  for (let i = 1; i <= count; i++) addMessage(world.server.room(ROOM), 'bob', { content: `old ${i}` })
  return world
}

/** Ends one session and begins another on the same disk, with a server that does not answer yet. */
export async function reload(world: World, before: TestClient, disk: LocalStore): Promise<TestClient> {
  await world.rest(1_000)
  await before.chat.close()
  world.clients.splice(world.clients.indexOf(before), 1)
  const after = world.client('ada', { storage: disk })
  after.connection.silent = true
  void after.room.open()
  await world.tick()
  return after
}
