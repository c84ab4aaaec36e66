import { asRoomId } from '@roomful/protocol/plain'
import { expect, test } from 'vitest'
import { TabsWorld, type TestTab } from '../test-support/tabs-world'
import { expectConverged, ROOM } from '../test-support/testing-world'

const at = (tabs: readonly TestTab[], index: number): TestTab => {
  const tab = tabs[index]
  if (tab === undefined) throw new Error(`there is no tab ${index}`)
  return tab
}

test('five tabs have one connection, each message once, and are equal', async () => {
  const world = new TabsWorld()
  const tabs = await world.openTabs(5)
  expect(world.connections()).toBe(1)
  for (const [i, { room }] of tabs.entries())
    for (let n = 0; n < 4; n++) void room.send(`tab ${i}, message ${n}`)
  world.server.sendAs(ROOM, 'bob', 'hello all tabs')
  await world.rest(5_000)
  expect(world.server.room(ROOM).messages).toHaveLength(21)
  for (const tab of tabs) {
    expect(tab.contents()).toEqual(at(tabs, 0).contents())
    expectConverged(world, tab)
  }
  for (const i of tabs.keys())
    expect(
      at(tabs, 0)
        .contents()
        .filter((text) => text.startsWith(`tab ${i},`)),
    ).toEqual([0, 1, 2, 3].map((n) => `tab ${i}, message ${n}`))
  expect(world.connections()).toBe(1)
})

test('with `separate` each has its own', async () => {
  const world = new TabsWorld()
  for (let i = 0; i < 3; i++) await world.openTab('ada', [ROOM], { tabs: 'separate' })
  expect(world.connections()).toBe(3)
})

test('users never share, nor do tabs whose tokens do not name the user', async () => {
  const world = new TabsWorld()
  await world.openTab('ada')
  await world.openTab('bob')
  expect(world.connections()).toBe(2)
  await world.openTab('ada', [ROOM], { auth: 'opaque 1' })
  await world.openTab('ada', [ROOM], { auth: 'opaque 2' })
  expect(world.connections()).toBe(4)
  await world.openTab('ada', [ROOM], { auth: 'opaque 2' })
  expect(world.connections()).toBe(4)
})

test('a room that one tab closes stays live in the others, and is left with the last', async () => {
  const world = new TabsWorld()
  const tabs = await world.openTabs(3)
  const { connection } = world.owner(tabs)
  at(tabs, 1).room.close()
  await world.rest(5_000)
  expect(connection.served.some(({ event }) => event === 'leave-rooms')).toBe(false)
  world.server.sendAs(ROOM, 'bob', 'still here?')
  await world.rest(1_000)
  expect(at(tabs, 2).contents()).toEqual(['still here?'])
  expect(at(tabs, 0).contents()).toEqual(['still here?'])
  at(tabs, 0).room.close()
  at(tabs, 2).room.close()
  await world.rest(10_000)
  expect(connection.served.filter(({ event }) => event === 'leave-rooms')).toHaveLength(1)
})

test('a tab that has not opened a room gets its activity: unread, preview, and reads in another tab', async () => {
  const world = new TabsWorld()
  const owner = await world.openTab('ada', [])
  const reader = await world.openTab('ada')
  const lister = await world.openTab('ada', [])
  world.server.sendAs(ROOM, 'bob', 'one')
  world.server.sendAs(ROOM, 'bob', 'two')
  await world.rest(3_000)
  for (const { chat } of [owner, reader, lister])
    expect(chat.getState().rooms).toMatchObject([{ id: ROOM, unread: 2, preview: { content: 'two' } }])
  reader.room.markRead()
  await world.rest(1_000)
  // To all tabs that have the room open, this one included.
  world.owner([owner]).connection.deliver({
    event: 'read-receipts',
    payload: { roomId: asRoomId(ROOM), reads: { ada: 2 } },
  })
  await world.rest(3_000)
  world.server.sendAs(ROOM, 'bob', 'three')
  await world.rest(3_000)
  for (const { chat } of [owner, reader, lister]) expect(chat.getState().unreadTotal).toBe(1)
})

test('what is read in one tab is read in all, also where no tab has the room open, in part or to the end', async () => {
  const world = new TabsWorld()
  for (const text of ['one', 'two', 'three']) world.server.sendAs(ROOM, 'bob', text)
  const tabs = [
    await world.openTab('ada', []),
    await world.openTab('ada', []),
    await world.openTab('ada', []),
  ]
  const unread = (): number[] => tabs.map(({ chat }) => chat.getState().unreadTotal)
  expect(unread()).toEqual([3, 3, 3])
  for (const [seq, left] of [
    [1, 2],
    [3, 0],
  ] as const) {
    at(tabs, 1).room.markRead(seq)
    await world.rest(3_000)
    expect(unread()).toEqual([left, left, left])
  }
})

/** More is unread than is held, so that the figure is the server's: in the owner's open room, and in another tab's list. */
async function withBacklog() {
  const world = new TabsWorld()
  for (let seq = 1; seq <= 90; seq++) world.server.sendAs(ROOM, 'bob', `old ${seq}`)
  const owner = await world.openTab('ada')
  const lister = await world.openTab('ada', [])
  await world.rest(3_000)
  return { world, owner, lister, connection: owner.connection }
}

test('a tab gets what came while the owner was not sure of the room', async () => {
  const { world, owner, lister, connection } = await withBacklog()
  const unread = (): number[] => [owner, lister].map(({ chat }) => chat.getState().unreadTotal)
  expect(unread()).toEqual([90, 90])
  connection.cut()
  await world.pass(500)
  const held: { run(): void }[] = []
  // The answers about the room are held back, and messages come meanwhile.
  for (let step = 0; step < 50; step++) {
    const next = connection.frames[0]
    if (next?.event === 'sync ack' && ROOM in (next.payload as { rooms: object }).rooms)
      held.push(connection.take('sync ack'))
    else connection.step()
    await world.tick()
  }
  expect(held.length).toBeGreaterThan(0)
  world.server.sendAs(ROOM, 'bob', 'new')
  world.server.sendAs(ROOM, 'bob', 'newer')
  await world.rest(3_000)
  for (const frame of held) frame.run()
  await world.rest(3_000)
  expect(unread()).toEqual([92, 92])
})

test('a tab gets an unread count that the owner received late', async () => {
  const { world, owner, lister, connection } = await withBacklog()
  // Another device has read a part that is not held here: only the server has the rest of the count.
  const roomId = asRoomId(ROOM)
  world.server.answer('ada', 'mark-read', { roomId, seq: 10 })
  connection.deliver({ event: 'read-receipts', payload: { roomId, reads: { ada: 10 } } })
  connection.step()
  await world.tick()
  connection.take('sync').run()
  const late = connection.take('sync ack')
  await world.rest(2_000)
  late.run()
  await world.rest(2_000)
  for (const { chat } of [owner, lister]) expect(chat.getState().unreadTotal).toBe(80)
})

test('a tab that closes a room gets a read that was on its way to it (seed 149483)', async () => {
  const world = new TabsWorld()
  for (const text of ['one', 'two']) world.server.sendAs(ROOM, 'bob', text)
  const reader = await world.openTab('ada')
  const closer = await world.openTab('ada')
  await world.rest(3_000)
  reader.room.markRead()
  await world.rest(1_000)
  // The server's own word comes when it is open there no more.
  closer.room.close()
  await world.rest(5_000)
  const payload = { roomId: asRoomId(ROOM), reads: { ada: 2 } }
  reader.connection.deliver({ event: 'read-receipts', payload })
  await world.rest(3_000)
  for (const { chat } of [reader, closer]) expect(chat.getState().unreadTotal).toBe(0)
})

test('a tab that closes a room which another has open gets its state (seed 159366)', async () => {
  const world = new TabsWorld()
  const owner = await world.openTab('ada')
  const closer = await world.openTab('ada')
  await world.rest(3_000)
  world.server.sendAs(ROOM, 'bob', 'lost')
  owner.connection.take('changes')
  // Its own ack shows the owner that something is missing, and shows the other tab nothing.
  owner.room.send('mine')
  await world.tick()
  owner.connection.take('send-message').run()
  owner.connection.take('changes')
  closer.room.close()
  await world.rest(5_000)
  expect(owner.contents()).toEqual(['lost', 'mine'])
  for (const { chat } of [owner, closer]) expect(chat.getState().unreadTotal).toBe(1)
})

test('a draft is in every tab, and in one that opens later', async () => {
  const world = new TabsWorld()
  const tabs = await world.openTabs(3)
  at(tabs, 1).room.setDraft('half a thou')
  at(tabs, 1).room.setDraft('half a thought')
  await world.rest(1_000)
  for (const { room } of [...tabs, await world.openTab()])
    expect(room.getState().draft).toBe('half a thought')
})

test('typing goes out from any tab', async () => {
  const world = new TabsWorld()
  const tabs = await world.openTabs(2)
  at(tabs, 1).room.setTyping(true)
  await world.settle()
  expect(at(tabs, 0).connection.served.at(-1)).toMatchObject({ event: 'typing', payload: { typing: true } })
})

test('the connection that is lost is lost for all, and they come back together', async () => {
  const world = new TabsWorld()
  const tabs = await world.openTabs(3)
  const { connection } = world.owner(tabs)
  connection.silent = true
  connection.cut()
  await world.rest(1_000)
  for (const { chat } of tabs) expect(chat.getState().connection.status).not.toBe('online')
  for (const [i, { room }] of tabs.entries()) void room.send(`offline ${i}`)
  connection.silent = false
  await world.rest(60_000)
  expect(world.connections()).toBe(1)
  expect(world.server.room(ROOM).messages).toHaveLength(3)
  for (const tab of tabs) expectConverged(world, tab)
})

test('one who signs out in one tab is signed out in all, and nothing stays on disk', async () => {
  const world = new TabsWorld()
  world.server.sendAs(ROOM, 'bob', 'a secret')
  const tabs = await world.openTabs(3)
  await world.rest(2_000)
  expect(world.browser.disk.rooms.size).toBe(1)
  world.owner(tabs).connection.cut({ code: 'SESSION_REVOKED', text: 'signed out elsewhere', next: 'stop' })
  await world.rest(2_000)
  for (const { chat, contents } of tabs) {
    expect(chat.getState()).toMatchObject({ rooms: [], connection: { status: 'stopped' } })
    expect(contents()).toEqual([])
  }
  expect(
    world.browser.disk.rooms.size + world.browser.disk.chunks.size + world.browser.disk.entries.size,
  ).toBe(0)
  expect(world.connections()).toBe(0)
})

const withAuth = async (world: TabsWorld, fetchToken: (tab: number) => string): Promise<TestTab[]> => {
  const tabs: TestTab[] = []
  for (let i = 0; i < 3; i++) tabs.push(await world.openTab('ada', [ROOM], { auth: () => fetchToken(i) }))
  return tabs
}

const tokenOfAda = (no: number): string => `header.${btoa(JSON.stringify({ sub: 'ada' }))}.${no}`

test('a token that is refused is renewed by one tab for all', async () => {
  const world = new TabsWorld()
  const asked: number[] = []
  const tabs = await withAuth(world, (tab) => tokenOfAda(asked.push(tab)))
  expect(asked).toEqual([0, 1, 2])
  world.owner(tabs).connection.cut({ code: 'TOKEN_EXPIRED', text: 'over', next: 'auth' })
  await world.rest(10_000)
  expect(asked).toEqual([0, 1, 2, 0])
  for (const { chat } of tabs) expect(chat.getState().connection.status).toBe('online')
  expect(world.connections()).toBe(1)
})

test('and by another tab where the owner cannot get one', async () => {
  const world = new TabsWorld()
  let isOver = false
  let tokens = 0
  const tabs = await withAuth(world, (tab) => {
    if (isOver && tab === 0) throw new Error('the owner cannot get one')
    return tokenOfAda(++tokens)
  })
  const { connection } = world.owner(tabs)
  isOver = true
  connection.cut({ code: 'TOKEN_EXPIRED', text: 'over', next: 'auth' })
  await world.rest(30_000)
  expect(at(tabs, 1).chat.getState().connection.status).toBe('online')
  expect(at(tabs, 2).chat.getState().connection.status).toBe('online')
  expect(world.connections()).toBe(1)
})

test('in time, too: the server warns once, and one tab sends a fresh one', async () => {
  const world = new TabsWorld()
  let tokens = 0
  const tabs = await withAuth(world, () => tokenOfAda(++tokens))
  const { connection } = world.owner(tabs)
  connection.deliver({ event: 'bye', payload: { reason: 'TOKEN_EXPIRED' } })
  await world.rest(1_000)
  expect(connection.served.filter(({ event }) => event === 'refresh-token')).toHaveLength(1)
})
