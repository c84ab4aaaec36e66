import { expect, test, vi } from 'vitest'
import type * as nextRoomStep from '../model/sync/next-room-step'
import { ROOM, World } from '../test-support/testing-world'

const looks = vi.hoisted(() => ({ count: 0 }))

// Every check of a room derives its requests.
vi.mock('../model/sync/next-room-step', async (original) => {
  const real = await original<typeof nextRoomStep>()
  const counted: typeof real.nextRoomStep = (model, now) => {
    looks.count++
    return real.nextRoomStep(model, now)
  }
  return { ...real, nextRoomStep: counted }
})

/** How many rooms each of these checks, with this many on the list. */
async function looksWith(rooms: number): Promise<Record<string, number>> {
  const world = new World()
  for (let i = 1; i < rooms; i++) world.server.addRoom(`room-${i}`, ['ada', 'bob'])
  // The test's own check covers all rooms.
  const ada = await world.live('ada', { ports: { inspectRun: () => {} } })
  const bob = await world.live('bob')
  await world.rest(1_000)
  expect(ada.chat.getState().rooms).toHaveLength(rooms)
  const during = async (run: () => unknown): Promise<number> => {
    looks.count = 0
    await run()
    return looks.count
  }
  // Of this client alone.
  bob.connection.cut()
  await world.tick()
  const told = world.server.sendAs(ROOM, 'bob', 'hello')
  return {
    message: await during(() =>
      ada.connection.deliver({
        event: 'changes',
        payload: { roomId: ada.model().id as never, changes: [told] },
      }),
    ),
    send: await during(async () => {
      void ada.room.send('hi')
      await world.tick()
    }),
    tick: await during(() => world.pass(10)),
  }
}

test('a message, a send and a tick check as many rooms with 600 on the list as with one', async () => {
  const one = await looksWith(1)
  expect(await looksWith(600)).toEqual(one)
  expect(one).toMatchObject({ tick: 0 })
})
