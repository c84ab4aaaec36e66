import { expect, test } from 'vitest'
import { TabsWorld } from '../test-support/tabs-world'
import { expectConverged, ROOM } from '../test-support/testing-world'

test('what a tab that died left unsent goes out by the owner, in its order, once', async () => {
  const world = new TabsWorld()
  const [owner, other] = await world.openTabs(2)
  if (!owner || !other) throw new Error('two tabs')
  owner.connection.cut()
  owner.connection.silent = true
  for (const n of [1, 2, 3]) void other.room.send(`left behind ${n}`)
  void owner.room.send('of the owner')
  await world.rest(1_000)
  expect(world.browser.disk.entries.size).toBe(4)
  world.kill(other)
  await world.rest(1_000)
  expect(owner.contents()).toEqual(expect.arrayContaining(['left behind 1', 'of the owner']))
  owner.connection.silent = false
  await world.rest(60_000)
  const texts = world.server.room(ROOM).messages.map((row) => row.content)
  expect(texts.filter((text) => text !== 'of the owner')).toEqual([1, 2, 3].map((n) => `left behind ${n}`))
  expect(texts).toHaveLength(4)
  expect(world.browser.disk.entries.size).toBe(0)
  expectConverged(world, owner)
})

test('a tab that lives keeps its own entries: no other sends or shows them', async () => {
  const world = new TabsWorld()
  const [owner, other] = await world.openTabs(2)
  if (!owner || !other) throw new Error('two tabs')
  owner.connection.cut()
  owner.connection.silent = true
  void other.room.send('mine')
  await world.rest(1_000)
  const third = world.browser.tab()
  const late = world.client('ada', {
    auth: `header.${btoa(JSON.stringify({ sub: 'ada' }))}.x`,
    storage: third.store,
    ports: { tabs: third.port, clock: third.clock },
  })
  void late.room.open()
  await world.rest(2_000)
  expect(late.contents()).toEqual([])
  expect(owner.contents()).toEqual([])
  expect(other.contents()).toEqual(['mine'])
  owner.connection.silent = false
  await world.rest(60_000)
  expect(world.server.room(ROOM).messages).toHaveLength(1)
  expect(late.contents()).toEqual(['mine'])
})

test('all tabs die offline: the next one to open has everything, from disk, and sends it once', async () => {
  const world = new TabsWorld()
  const tabs = await world.openTabs(3)
  const { connection } = world.owner(tabs)
  connection.cut()
  connection.silent = true
  for (const [i, { room }] of tabs.entries()) for (const n of [1, 2]) void room.send(`tab ${i}, ${n}`)
  await world.rest(1_000)
  for (const tab of tabs) world.kill(tab)
  const next = await world.openTab()
  await world.rest(5_000)
  const texts = world.server.room(ROOM).messages.map((row) => row.content)
  expect(texts).toHaveLength(6)
  for (const i of tabs.keys())
    expect(texts.filter((text) => text.startsWith(`tab ${i}`))).toEqual([`tab ${i}, 1`, `tab ${i}, 2`])
  expectConverged(world, next)
  expect(world.browser.disk.entries.size).toBe(0)
})

test('a send that got through before its tab died is not shown twice, nor sent', async () => {
  const world = new TabsWorld()
  const [owner, other] = await world.openTabs(2)
  if (!owner || !other) throw new Error('two tabs')
  void other.room.send('got through')
  await world.tick()
  // The owner gets it; the answer goes to a tab that no longer exists.
  owner.connection.step()
  await world.tick()
  world.kill(other)
  await world.rest(3_000)
  expect(owner.contents()).toEqual(['got through'])
  expect(world.server.room(ROOM).messages).toHaveLength(1)
  expect(world.browser.disk.entries.size).toBe(0)
  expectConverged(world, owner)
})

test('what another user left on this disk is neither shown nor sent, though their tab is gone', async () => {
  const world = new TabsWorld()
  const ada = await world.openTab('ada')
  await world.rest(1_000)
  ada.connection.cut()
  ada.connection.silent = true
  void ada.room.send('for her eyes only')
  await world.rest(1_000)
  expect(world.browser.disk.entries.size).toBe(1)
  world.kill(ada)
  // The disk opens as hers, because she was the last user, before the server names the user.
  const bob = await world.openTab('bob')
  await world.rest(5_000)
  expect(bob.contents()).toEqual([])
  expect(world.server.room(ROOM).messages).toEqual([])
})

test('what a frozen owner left is sent when its tab ends without ever going on', async () => {
  const world = new TabsWorld()
  const frozen = await world.openTab()
  frozen.connection.cut()
  frozen.connection.silent = true
  void frozen.room.send('before it froze')
  await world.rest(1_000)
  world.freeze(frozen)
  const other = await world.openTab()
  await world.rest(3_000)
  expect(other.contents()).toEqual([])
  world.kill(frozen)
  await world.rest(3_000)
  expect(other.contents()).toEqual(['before it froze'])
  expectConverged(world, other)
})

test('an owner that has to hand over at once keeps what it has taken over from the one before', async () => {
  const world = new TabsWorld()
  const [owner, hidden] = await world.openTabs(2)
  if (!owner || !hidden) throw new Error('two tabs')
  hidden.tab.show(false)
  await world.rest(15_000)
  const visible = await world.openTab()
  owner.connection.cut()
  owner.connection.silent = true
  void owner.room.send('of the first owner')
  await world.rest(1_000)
  world.kill(owner)
  await world.rest(5_000)
  expect(world.server.room(ROOM).messages).toHaveLength(1)
  expect(world.browser.disk.entries.size).toBe(0)
  expect(visible.connection.isUp).toBe(true)
})

test.each([
  ['', 0],
  [' and the clock is set back', 3_600_000],
])(
  'what one tab leaves in two lives goes out in order, though another has taken over the first%s',
  async (_, backMs) => {
    const world = new TabsWorld()
    const [owner, first] = await world.openTabs(2)
    if (!owner || !first) throw new Error('two tabs')
    owner.connection.cut()
    owner.connection.silent = true
    void owner.room.send('of the owner, before')
    await world.rest(1_000)
    void first.room.send('of the first life')
    await world.rest(1_000)
    world.kill(first)
    await world.rest(1_000)
    void owner.room.send('of the owner, between')
    await world.rest(1_000)
    const second = world.newTab('ada', [ROOM], {}, -backMs)
    await world.rest(1_000)
    void second.room.send('of the second life')
    await world.rest(1_000)
    world.kill(second)
    await world.rest(1_000)
    owner.connection.silent = false
    await world.rest(60_000)
    expect(world.server.room(ROOM).messages.map((row) => row.content)).toEqual([
      'of the owner, before',
      'of the first life',
      'of the owner, between',
      'of the second life',
    ])
    expect(world.browser.disk.entries.size).toBe(0)
    expectConverged(world, owner)
  },
)

test('P2: a tab that may not send what another left leaves it to the one that may (seed 505523)', async () => {
  const world = new TabsWorld()
  const before = await world.openTab('ada', [ROOM], { auth: 'opaque' })
  await world.rest(1_000)
  world.kill(before)
  let token = 'opaque'
  const unknown = world.newTab('ada', [ROOM], { auth: () => token })
  const dying = world.newTab('ada', [ROOM], { auth: () => 'opaque' })
  for (const { connection } of [unknown, dying]) connection.silent = true
  await world.pass(5_000)
  void dying.room.send('left behind')
  await world.pass(1_000)
  expect(world.browser.disk.entries.size).toBe(1)
  const owner = await world.openTab()
  world.kill(dying)
  await world.pass(1_000)
  token = `header.${btoa(JSON.stringify({ sub: 'ada' }))}.signature`
  unknown.connection.silent = false
  unknown.connection.cut()
  await world.rest(120_000)
  expect(unknown.chat.getState().connection.status).toBe('online')
  owner.connection.cut()
  await world.rest(60_000)
  expect(world.server.room(ROOM).messages.map(({ content }) => content)).toEqual(['left behind'])
  expect(world.browser.disk.entries.size).toBe(0)
})

test('what a tab adopted while it took its user for another stays with that one, unsent by the user who is here', async () => {
  const world = new TabsWorld()
  const adas = await world.openTab('ada')
  adas.connection.cut()
  adas.connection.silent = true
  adas.room.send('of ada').catch(() => {})
  await world.rest(1_000)
  // Without a token it shows the copy of the only user of the device.
  let token: string | undefined
  const auth = async (): Promise<string> => {
    if (token === undefined) throw new Error('no network')
    return token
  }
  const bobs = world.newTab('bob', [ROOM], { auth, onError: () => {} })
  await world.rest(1_000)
  world.kill(adas)
  await world.rest(5_000)
  expect(bobs.contents()).toEqual(['of ada'])
  token = `header.${btoa(JSON.stringify({ sub: 'bob' }))}.signature`
  await world.rest(60_000)
  expect(bobs.chat.getState().user?.id).toBe('bob')
  expect(bobs.contents()).toEqual([])
  world.kill(bobs)
  const again = await world.openTab('ada')
  await world.rest(5_000)
  expect(again.contents()).toEqual(['of ada'])
  expect(world.server.room(ROOM).messages.map(({ senderId }) => senderId)).toEqual(['ada'])
})
