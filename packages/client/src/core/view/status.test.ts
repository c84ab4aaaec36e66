import { describe, expect, test } from 'vitest'
import { refusal } from '../../test-support/model-server'
import { expectConverged, ROOM, World } from '../../test-support/testing-world'

/** Live, and then a change is lost and the next one arrives. */
async function behind() {
  const world = new World()
  for (let i = 0; i < 120; i++) world.server.say(ROOM, 'bob', `old ${i}`)
  const ada = await world.live('ada')
  world.server.say(ROOM, 'bob', 'lost')
  ada.line.take('changes')
  world.server.say(ROOM, 'bob', 'seen')
  const status = () => ada.room.getState().status
  return { world, ada, status }
}

describe('a room that misses a change', () => {
  test('is live while it may come by itself, and not any more from the sync on', async () => {
    const { world, ada, status } = await behind()
    const seen: string[] = []
    ada.room.select(
      (state) => state.status,
      (next) => seen.push(next),
    )
    await world.settle()
    await world.pass(249)
    expect(status()).toBe('live')
    await world.pass(1)
    expect(status()).toBe('catching-up')
    await world.settle()
    expect(seen).toEqual(['catching-up', 'live'])
    expectConverged(world, ada)
  })

  test('stays so for as long as its sync is refused, between the tries too', async () => {
    const { world, ada, status } = await behind()
    world.server.refuse = (_user, event) => (event === 'sync' ? refusal('OVERLOADED') : undefined)
    await world.settle()
    await world.pass(250)
    for (let i = 0; i < 40; i++) {
      await world.settle()
      expect(status()).toBe('catching-up')
      await world.pass(250)
    }
    world.server.refuse = () => undefined
    await world.rest()
    expect(status()).toBe('live')
    expectConverged(world, ada)
  })

  test('says so when a page holds its sync up', async () => {
    const { world, ada, status } = await behind()
    void ada.room.loadOlder()
    await world.tick()
    const page = ada.line.take('fetch-history')
    await world.settle()
    await world.pass(5_000)
    expect(status()).toBe('catching-up')
    page.run()
    await world.rest(1_000)
    expect(status()).toBe('live')
    expectConverged(world, ada)
  })
})
