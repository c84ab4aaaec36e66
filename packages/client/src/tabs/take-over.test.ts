import { describe, expect, test } from 'vitest'
import { TabsWorld, type TestTab } from '../test-support/tabs-world'
import { expectConverged, ROOM } from '../test-support/testing-world'
import { wakeable } from '../test-support/wakeable'

const TAKE_OVER_MS = 2_000

const others = (tabs: readonly TestTab[], owner: TestTab): TestTab[] => tabs.filter((tab) => tab !== owner)

const isLive = ({ chat, room }: TestTab): boolean =>
  chat.getState().connection.status === 'online' && room.getState().status === 'live'

describe('the connection moves to another tab within 2 s when its owner', () => {
  const ends: [string, (world: TabsWorld, owner: TestTab) => void][] = [
    ['closes', (_, owner) => void owner.chat.close()],
    ['crashes', (world, owner) => world.kill(owner)],
    ['freezes without a word', (world, owner) => world.freeze(owner)],
    ['is told that it will be frozen', (world, owner) => world.freeze(owner, true)],
  ]
  test.each(ends)('%s', async (_, end) => {
    const world = new TabsWorld()
    const tabs = await world.openTabs(4)
    await world.rest(3_000)
    const owner = world.owner(tabs)
    const rest = others(tabs, owner)
    end(world, owner)
    const took = await world.until(
      () => world.connections() === 1 && rest.some(({ connection }) => connection.isUp) && rest.every(isLive),
      TAKE_OVER_MS,
    )
    expect(took).toBeLessThanOrEqual(TAKE_OVER_MS)
    for (const { room } of rest) void room.send('after')
    await world.rest(5_000)
    expect(world.server.room(ROOM).messages).toHaveLength(3)
    for (const tab of rest) expectConverged(world, tab)
  })
})

test('a frozen owner follows when it wakes: its connection is dropped, and it writes no rows', async () => {
  const world = new TabsWorld()
  const tabs = await world.openTabs(2)
  await world.rest(2_000)
  const owner = world.owner(tabs)
  const [other] = others(tabs, owner)
  // A change whose write is still behind when everything stops.
  world.server.sendAs(ROOM, 'bob', 'before')
  await world.settle()
  world.freeze(owner)
  await world.until(() => other?.connection.isUp === true && isLive(other), TAKE_OVER_MS)
  world.server.edit(ROOM, 'bob', 1, 'edited while it was frozen')
  await world.rest(2_000)
  world.thaw(owner)
  await world.rest(5_000)
  expect(owner.connection.isUp).toBe(false)
  expect(world.connections()).toBe(1)
  for (const tab of tabs) expectConverged(world, tab)
  expect(world.browser.disk.chunks.get(ROOM)?.get(0)).toMatchObject([
    { content: 'edited while it was frozen' },
  ])
})

test('a hidden owner passes the connection to a visible tab', async () => {
  const world = new TabsWorld()
  const tabs = await world.openTabs(3)
  const owner = world.owner(tabs)
  owner.tab.show(false)
  await world.rest(5_000)
  expect(owner.connection.isUp).toBe(true)
  await world.rest(15_000)
  expect(owner.connection.isUp).toBe(false)
  expect(world.connections()).toBe(1)
  for (const tab of tabs) expectConverged(world, tab)
})

test('without a visible tab the connection stays', async () => {
  const world = new TabsWorld()
  const tabs = await world.openTabs(3)
  const owner = world.owner(tabs)
  for (const { tab } of tabs) tab.show(false)
  await world.rest(60_000)
  expect(owner.connection.isUp).toBe(true)
})

test('a request under way when the owner dies is lost, and the send goes out again under the same id', async () => {
  for (const fate of ['on its way there', 'committed, the answer on its way back']) {
    const world = new TabsWorld()
    const tabs = await world.openTabs(2)
    const owner = world.owner(tabs)
    const [other] = others(tabs, owner)
    const sent = other?.room.send('precious')
    await world.tick()
    if (fate !== 'on its way there') owner.connection.step()
    expect(world.server.room(ROOM).messages).toHaveLength(fate === 'on its way there' ? 0 : 1)
    world.kill(owner)
    await world.rest(5_000)
    expect((await sent)?.seq).toBe(1)
    expect(world.server.room(ROOM).messages).toHaveLength(1)
    expect(other?.contents()).toEqual(['precious'])
  }
})

test('ten owners die one after the other in the middle of sends: each message once, the order of each tab kept', async () => {
  const world = new TabsWorld()
  const tabs = await world.openTabs(3)
  const posted: string[][] = []
  for (let round = 0; round < 10; round++) {
    const owner = world.owner(tabs)
    for (const [i, { room }] of tabs.entries())
      for (let n = 0; n < 3; n++) {
        const text = `round ${round}, tab ${i}, ${n}`
        void room.send(text)
        posted[round * 3 + i] = [...(posted[round * 3 + i] ?? []), text]
      }
    await world.tick()
    // Some frames get through, and not others.
    for (let frames = 0; frames < round % 4; frames++) owner.connection.step()
    await world.tick()
    world.kill(owner)
    tabs.splice(tabs.indexOf(owner), 1, await world.openTab())
    await world.rest(3_000)
  }
  const texts = world.server.room(ROOM).messages.map((row) => row.content)
  expect([...texts].sort()).toEqual(posted.flat().sort())
  for (const own of posted) expect(texts.filter((text) => own.includes(text))).toEqual(own)
  for (const tab of tabs) expectConverged(world, tab)
  expect(world.browser.disk.entries.size).toBe(0)
})

test('what an owner was about to keep is kept in its new place when a dead tab’s messages come before it', async () => {
  const world = new TabsWorld()
  const [owner, other] = await world.openTabs(2)
  if (!owner || !other) throw new Error('two tabs')
  await world.rest(2_000)
  let letGo = (): void => {}
  owner.tab.slow = new Promise<void>((resolve) => {
    letGo = resolve
  })
  void owner.room.send('first, being written')
  await world.tick()
  void owner.room.send('second, waiting for it')
  await world.pass(5)
  void other.room.send('of the tab that dies')
  // Nothing of it gets through to the server.
  await world.pass(5)
  world.kill(other)
  await world.pass(5)
  letGo()
  await world.rest(60_000)
  expect(world.server.room(ROOM).messages).toHaveLength(3)
  expect(owner.chat.getState().unsent).toBe(0)
  expect(world.browser.disk.entries.size).toBe(0)
})

test('what a dead tab left goes out, though the disk failed when its lock was granted (seed 91191)', async () => {
  const world = new TabsWorld()
  const owner = await world.openTab()
  const other = await world.openTab()
  await world.rest(2_000)
  owner.connection.silent = true
  void other.room.send('of the tab that dies')
  await world.pass(5)
  expect(world.browser.disk.entries.size).toBe(1)
  owner.tab.unreadable = true
  world.kill(other)
  await world.rest(500)
  owner.tab.unreadable = false
  owner.connection.silent = false
  await world.rest(60_000)
  expect(world.server.room(ROOM).messages.map(({ content }) => content)).toEqual(['of the tab that dies'])
  expect(owner.chat.getState().unsent).toBe(0)
  // It had been committed, and its row was here before the entry: nothing of that stays on the disk either.
  expect(world.browser.disk.entries.size).toBe(0)
})

test('a new owner writes whose the copy is, though the user is confirmed again before it has written anything', async () => {
  const world = new TabsWorld()
  const tabs = await world.openTabs(2)
  await world.rest(2_000)
  const owner = world.owner(tabs)
  const [other] = others(tabs, owner)
  // The first owner never got to it.
  world.kill(owner)
  world.browser.forgetMeta()
  await world.until(() => other !== undefined && isLive(other), TAKE_OVER_MS)
  await world.rest(1_000)
  expect(world.browser.disk.meta).toMatchObject({ user: { id: 'ada' }, epoch: world.server.epoch })
})

test('the new owner keeps what the old one kept: a cold start has it from disk', async () => {
  const world = new TabsWorld()
  for (let i = 1; i <= 300; i++) world.server.sendAs(ROOM, 'bob', `old ${i}`)
  const first = await world.openTab()
  while (first.room.getState().hasOlder) {
    void first.room.loadOlder(200)
    await world.settle()
  }
  const second = await world.openTab()
  await world.rest(2_000)
  world.kill(first)
  await world.until(() => isLive(second), TAKE_OVER_MS)
  world.server.sendAs(ROOM, 'bob', 'new')
  await world.rest(2_000)
  // Whole chunks stay; of one that the new owner has only a part of, the rest is the server's again.
  expect(world.browser.disk.rooms.get(ROOM)?.ranges).toEqual([
    { from: 1, to: 127 },
    { from: 251, to: 301 },
  ])
  world.kill(second)
  const third = await world.openTab()
  while (third.room.getState().hasOlder) {
    void third.room.loadOlder(200)
    await world.settle()
  }
  expect(third.contents()).toHaveLength(301)
  expectConverged(world, third)
})

test('what the old owner had not written of a change is not taken for right: its rows on disk are given up', async () => {
  const world = new TabsWorld()
  for (let i = 1; i <= 600; i++) world.server.sendAs(ROOM, 'bob', `old ${i}`)
  const first = await world.openTab()
  while (first.room.getState().hasOlder) {
    void first.room.loadOlder(200)
    await world.settle()
  }
  await world.rest(2_000)
  const second = await world.openTab()
  await world.rest(2_000)
  world.server.edit(ROOM, 'bob', 10, 'edited, and never written')
  await world.settle()
  world.kill(first)
  await world.rest(2_000)
  world.kill(second)
  const third = await world.openTab()
  while (third.room.getState().hasOlder) {
    void third.room.loadOlder(200)
    await world.settle()
  }
  expect(third.contents()[9]).toBe('edited, and never written')
  expectConverged(world, third)
})

test('a write that a tab had in hand when it fell asleep is refused when it wakes: another tab has written since', async () => {
  const world = new TabsWorld()
  const tabs = await world.openTabs(2)
  await world.rest(2_000)
  const owner = world.owner(tabs)
  const [other] = others(tabs, owner)
  let letGo = (): void => {}
  owner.tab.slow = new Promise<void>((resolve) => {
    letGo = resolve
  })
  world.server.sendAs(ROOM, 'bob', 'one')
  // It has made sure that it leads, and made up its write; the disk has not taken it yet.
  await world.rest(500)
  world.freeze(owner)
  await world.until(() => other?.connection.isUp === true && isLive(other), TAKE_OVER_MS)
  world.server.sendAs(ROOM, 'bob', 'two')
  await world.rest(2_000)
  letGo()
  world.thaw(owner)
  await world.rest(1_000)
  // Cursor and ranges alone: they speak of the rows that are there.
  other?.room.setDraft('half a thought')
  await world.rest(5_000)
  const { rooms, chunks } = world.browser.disk
  expect(rooms.get(ROOM)).toMatchObject({ draft: 'half a thought', ranges: [{ from: 1, to: 2 }] })
  expect(chunks.get(ROOM)?.get(0)).toMatchObject([{ content: 'one' }, { content: 'two' }])
  for (const tab of tabs) expectConverged(world, tab)
})

test('of two tabs that are each on their own the visible one writes the rows, the other none', async () => {
  const world = new TabsWorld()
  const [first, second] = [0, 1].map(() => {
    const wakes = wakeable()
    const { environment } = wakes
    return { ...world.newTab('ada', [ROOM], { tabs: 'separate', ports: { environment } }), wakes }
  })
  if (!first || !second) throw new Error('two tabs')
  await world.rest(3_000)
  const kept = () =>
    world.browser.disk.chunks
      .get(ROOM)
      ?.get(0)
      ?.map(({ content }) => content)
  world.server.sendAs(ROOM, 'bob', 'one')
  await world.rest(2_000)
  expect(kept()).toEqual(['one'])
  for (const [i, looked] of [first, second, first].entries()) {
    looked.wakes.wake('visible')
    await world.rest(1_000)
    world.server.sendAs(ROOM, 'bob', `more ${i}`)
    await world.rest(2_000)
    expect(kept()).toHaveLength(i + 2)
    const [writing, resting] = looked === first ? [first, second] : [second, first]
    expect([writing.model().writesRows, resting.model().writesRows]).toEqual([true, false])
  }
  for (const tab of [first, second]) expectConverged(world, tab)
})

describe('a draft, of two tabs that are each on their own', () => {
  async function twoTabs() {
    const world = new TabsWorld()
    const [first, second] = [0, 1].map(() => {
      const wakes = wakeable()
      const { environment } = wakes
      return { ...world.newTab('ada', [ROOM], { tabs: 'separate', ports: { environment } }), wakes }
    })
    if (!first || !second) throw new Error('two tabs')
    await world.rest(3_000)
    return { world, first, second, kept: () => world.browser.disk.rooms.get(ROOM)?.draft }
  }

  test('is kept from the tab in which it is typed, whichever wrote the rows before', async () => {
    const { world, first, second, kept } = await twoTabs()
    for (const [i, tab] of [first, second, first, second].entries()) {
      tab.room.setDraft(`half a thought ${i}`)
      await world.rest(1_000)
      expect(kept()).toBe(`half a thought ${i}`)
      world.server.sendAs(ROOM, 'bob', `meanwhile ${i}`)
      await world.rest(6_000)
      expect(kept()).toBe(`half a thought ${i}`)
    }
    for (const tab of [first, second]) expectConverged(world, tab)
  })

  test('is not taken away by the other tab when the user looks at that', async () => {
    const { world, first, second, kept } = await twoTabs()
    first.room.setDraft('half a thought')
    await world.rest(6_000)
    second.wakes.wake('visible')
    await world.rest(6_000)
    expect([kept(), second.room.getState().draft]).toEqual(['half a thought', 'half a thought'])
    second.room.setDraft('')
    // Something that the first would write, too: by that it learns of the second.
    world.server.sendAs(ROOM, 'bob', 'meanwhile')
    await world.rest(6_000)
    first.wakes.wake('visible')
    await world.rest(1_000)
    expect([kept(), first.room.getState().draft]).toEqual(['', ''])
  })
})
