import { describe, expect, test } from 'vitest'
import { TabsWorld, type TestTab } from '../test-support/tabs-world'
import { expectConverged, ROOM } from '../test-support/testing-world'

/** A ping detects it, and one more sync repairs it. */
const FOUND_OUT_MS = 1_000

describe('a tab that missed messages catches up with the next ping:', () => {
  const missed: [string, (world: TabsWorld, owner: TestTab, tab: TestTab) => void, string[]][] = [
    ['a change', (world) => world.server.sendAs(ROOM, 'bob', 'hello'), ['hello']],
    ['that the connection fell', (_, owner) => owner.connection.cut(), []],
    ['the answer to its send', (_, __, { room }) => void room.send('mine'), ['mine']],
  ]
  test.each(missed)('%s', async (_, happen, contents) => {
    const world = new TabsWorld()
    const tabs = await world.openTabs(3)
    await world.rest(2_000)
    const owner = world.owner(tabs)
    const [tab] = tabs.filter((each) => each !== owner)
    if (tab === undefined) throw new Error('unreachable')
    tab.tab.deaf = true
    happen(world, owner, tab)
    await world.rest(500)
    tab.tab.deaf = false
    await world.rest(FOUND_OUT_MS)
    expect(tab.contents()).toEqual(contents)
    expect(tab.chat.getState().unsent).toBe(0)
    // It is attached to the connection again, and receives new events.
    world.server.sendAs(ROOM, 'bob', 'after')
    await world.settle()
    expect(tab.contents()).toEqual([...contents, 'after'])
    expectConverged(world, tab)
    expect(world.connections()).toBe(1)
  })
})

test('a tab whose connection came up while it received nothing is online with the next ping, not when its handshake times out', async () => {
  const world = new TabsWorld()
  const tabs = await world.openTabs(2)
  await world.rest(2_000)
  const owner = world.owner(tabs)
  // It passes the connection on, attaches to the next owner, and is stopped before that one's connection is up.
  owner.tab.freeze(true)
  owner.tab.thaw()
  await world.tick()
  expect(world.connections()).toBe(0)
  owner.tab.deaf = true
  await world.rest(500)
  expect(owner.chat.getState().connection.status).toBe('connecting')
  owner.tab.deaf = false
  const took = await world.until(() => owner.chat.getState().connection.status === 'online', FOUND_OUT_MS)
  expect(took).toBeLessThanOrEqual(FOUND_OUT_MS)
})
