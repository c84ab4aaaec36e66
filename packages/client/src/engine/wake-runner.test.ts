import { describe, expect, test } from 'vitest'
import { refusal } from '../test-support/model-server'
import { expectConverged, ROOM, type TestClient, World } from '../test-support/testing-world'
import { wakeable } from '../test-support/wakeable'

/** A server in trouble for so long that clients retry only every 30 s. */
const TROUBLE_MS = 45_000
/** A dial, and one round trip. */
const SOON_MS = 1_500

describe('what failed again and again is tried at once', () => {
  const { environment, wake } = wakeable()
  const signs: [string, (ada: TestClient) => void][] = [
    ['when somebody looks again', () => wake('focus')],
    ['on another connection', ({ connection }) => connection.cut()],
  ]

  test.each(signs)('%s: a send', async (_, sign) => {
    const world = new World()
    const ada = await world.live('ada', { ports: { environment } })
    world.server.refuse = (_user, event) => (event === 'send-message' ? refusal('UNAVAILABLE') : undefined)
    void ada.room.send('hello')
    await world.rest(TROUBLE_MS)
    world.server.refuse = () => undefined
    expect(ada.model().outbox.hold.until - world.clock.now()).toBeGreaterThan(SOON_MS)
    sign(ada)
    await world.rest(SOON_MS)
    expect(world.server.room(ROOM).messages.map(({ content }) => content)).toEqual(['hello'])
    expectConverged(world, ada)
  })

  test.each(signs)('%s: a room, and the list', async (_, sign) => {
    const world = new World()
    world.server.addRoom('side', ['ada'])
    world.server.refuse = (_user, event) => (event === 'sync' ? refusal('UNAVAILABLE') : undefined)
    const ada = await world.live('ada', { ports: { environment } })
    await world.rest(TROUBLE_MS)
    world.server.refuse = () => undefined
    expect(ada.model().sync.hold.until - world.clock.now()).toBeGreaterThan(SOON_MS)
    sign(ada)
    await world.rest(SOON_MS)
    expect(ada.room.getState().status).toBe('live')
    expect(ada.chat.getState().rooms.map(({ id }) => id)).toEqual(expect.arrayContaining([ROOM, 'side']))
    expectConverged(world, ada)
  })
})
