import { asUserId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import { refusal } from '../test-support/model-server'
import { TabsWorld } from '../test-support/tabs-world'
import { ROOM, type TestClient, World } from '../test-support/testing-world'
// Loaded lazily by the client: here already, for no virtual time passes while a module loads.
import './presence-hub'

const asked = ({ connection }: Pick<TestClient, 'connection'>) =>
  connection.served.flatMap(({ event, payload }) => (event === 'watch-presence' ? [payload] : []))

const deliver = (
  { connection }: Pick<TestClient, 'connection'>,
  userId: string,
  status: 'online' | 'away' | 'offline',
) =>
  connection.deliver({ event: 'presence', payload: { userId: asUserId(userId), status, lastSeenAt: null } })

const statuses = (watch: ReturnType<TestClient['chat']['presence']>) =>
  [...watch.getState().users.values()].map(({ userId, status }) => `${userId} ${status}`)

const live = async () => {
  const world = new World()
  world.server.present.set('bob', 'online')
  return { world, ada: await world.live('ada') }
}

describe('a watch', () => {
  test('asks nothing before there is a listener, then once, and receives every change', async () => {
    const { world, ada } = await live()
    const watch = ada.chat.presence(['bob', 'eve'])
    await world.rest(1_000)
    expect(asked(ada)).toEqual([])
    let calls = 0
    const stop = watch.subscribe(() => calls++)
    await world.rest(1_000)
    expect(asked(ada)).toEqual([{ userIds: ['bob', 'eve'] }])
    expect(statuses(watch)).toEqual(['bob online', 'eve offline'])
    const state = watch.getState()
    deliver(ada, 'carol', 'online')
    await world.rest(1_000)
    expect([watch.getState(), calls]).toEqual([state, 1])
    deliver(ada, 'bob', 'away')
    await world.rest(60_000)
    expect(statuses(watch)).toEqual(['bob away', 'eve offline'])
    expect([asked(ada).length, calls]).toEqual([1, 2])
    stop()
    await world.rest(1_000)
    expect(asked(ada)).toEqual([{ userIds: ['bob', 'eve'] }, { userIds: [] }])
  })

  test('is asked again after a reconnect, and calls no listener when nothing changed', async () => {
    const { world, ada } = await live()
    const watch = ada.chat.presence(['bob', 'eve'])
    let calls = 0
    watch.subscribe(() => calls++)
    await world.rest(1_000)
    const state = watch.getState()
    ada.connection.cut()
    await world.rest(5_000)
    deliver(ada, 'bob', 'online')
    await world.rest(1_000)
    expect([asked(ada).length, calls, watch.getState() === state]).toEqual([2, 1, true])
  })

  test('goes together with the others in one list, and what is known is there at once', async () => {
    const { world, ada } = await live()
    const first = ada.chat.presence(['bob'])
    first.subscribe(() => {})
    const second = ada.chat.presence(['eve', 'bob'])
    const stop = second.subscribe(() => {})
    await world.rest(1_000)
    expect(asked(ada)).toEqual([{ userIds: ['bob', 'eve'] }])
    stop()
    const again = ada.chat.presence(['bob'])
    again.subscribe(() => {})
    await world.tick()
    expect(statuses(again)).toEqual(['bob online'])
    await world.rest(1_000)
    expect(asked(ada).at(-1)).toEqual({ userIds: ['bob'] })
  })

  test('knows nothing of a user whom it has not watched meanwhile: the server has said nothing of them', async () => {
    const { world, ada } = await live()
    const stop = ada.chat.presence(['bob']).subscribe(() => {})
    await world.rest(1_000)
    stop()
    await world.rest(1_000)
    world.server.present.delete('bob')
    const again = ada.chat.presence(['bob'])
    again.subscribe(() => {})
    await world.tick()
    expect(statuses(again)).toEqual([])
    await world.rest(1_000)
    expect(statuses(again)).toEqual(['bob offline'])
  })

  test('is asked again after a reconnect, and keeps what was known until then', async () => {
    const { world, ada } = await live()
    const watch = ada.chat.presence(['bob'])
    watch.subscribe(() => {})
    await world.rest(1_000)
    ada.connection.cut()
    world.server.present.set('bob', 'away')
    expect(statuses(watch)).toEqual(['bob online'])
    await world.rest()
    expect(asked(ada)).toHaveLength(2)
    expect(statuses(watch)).toEqual(['bob away'])
  })

  test('shows a refusal, and retries unless it is for good', async () => {
    const { world, ada } = await live()
    world.server.refuse = (_user, event) =>
      event === 'watch-presence' ? refusal('RATE_LIMITED', { retryAfterMs: 3_000 }) : undefined
    const watch = ada.chat.presence(['bob'])
    watch.subscribe(() => {})
    await world.rest(1_000)
    expect(watch.getState().error).toMatchObject({ code: 'RATE_LIMITED' })
    world.server.refuse = () => undefined
    await world.rest(5_000)
    expect(watch.getState().error).toBeNull()
    expect(statuses(watch)).toEqual(['bob online'])
    world.server.refuse = (_user, event) =>
      event === 'watch-presence' ? refusal('UNKNOWN_EVENT') : undefined
    ada.chat.presence(['eve']).subscribe(() => {})
    await world.rest()
    expect(watch.getState().error).toMatchObject({ code: 'UNKNOWN_EVENT' })
    expect(asked(ada)).toHaveLength(3)
  })

  test('of more than 200 users reports it, and watches the first 200', async () => {
    const { world, ada } = await live()
    const watch = ada.chat.presence(Array.from({ length: 201 }, (_, i) => `user-${i}`))
    watch.subscribe(() => {})
    await world.rest(1_000)
    expect(watch.getState()).toMatchObject({ error: { code: 'LIMIT_EXCEEDED' } })
    expect(watch.getState().users.size).toBe(200)
  })
})

test("this device's own state is sent with the list, and again after a reconnect", async () => {
  const { world, ada } = await live()
  await ada.chat.setPresence('away')
  await world.rest(1_000)
  expect(asked(ada)).toEqual([{ userIds: [], status: 'away' }])
  ada.connection.cut()
  await world.rest()
  expect(asked(ada)).toHaveLength(2)
  await ada.chat.setPresence('online')
  await world.rest(1_000)
  expect(asked(ada).at(-1)).toEqual({ userIds: [], status: 'online' })
})

test("tabs that share a connection share the list: each receives its own users, and none takes the others' away", async () => {
  const world = new TabsWorld()
  world.server.present.set('bob', 'online')
  const tabs = await world.openTabs(2)
  const [first, second] = tabs
  if (!first || !second) throw new Error('two tabs')
  const bob = first.chat.presence(['bob'])
  const eve = second.chat.presence(['eve'])
  bob.subscribe(() => {})
  await world.rest(1_000)
  eve.subscribe(() => {})
  await world.rest(1_000)
  const { connection } = world.owner(tabs)
  expect(asked({ connection }).at(-1)).toEqual({ userIds: ['eve', 'bob'] })
  expect([statuses(bob), statuses(eve)]).toEqual([['bob online'], ['eve offline']])
  deliver({ connection }, 'eve', 'online')
  deliver({ connection }, 'bob', 'away')
  await world.rest(1_000)
  expect([statuses(bob), statuses(eve)]).toEqual([['bob away'], ['eve online']])
  await second.chat.setPresence('away')
  await world.rest(1_000)
  // The first is in use, as far as it reported.
  expect(asked({ connection }).at(-1)).toMatchObject({ status: 'online' })
  await first.chat.setPresence('away')
  await world.rest(1_000)
  expect(asked({ connection }).at(-1)).toMatchObject({ status: 'away' })
  await second.chat.close()
  await world.rest(1_000)
  expect(asked({ connection }).at(-1)).toEqual({ userIds: ['bob'], status: 'away' })
  expect(first.chat.room(ROOM).getState().status).toBe('live')
})
