import type { RoomState } from '@roomful/client'
import { waitUntil } from '@roomful/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ClientTab, errorsOf } from './client-page'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'
import { ownerOf } from './owners'
import { keepPage } from './page-workers'
import { tabsFixture } from './tabs-fixture'

const TOKEN_SECONDS = 5

let browser: TestBrowser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

test('a read in one tab shows in all, and typing in any of them shows to others', async () => {
  await using fixture = await tabsFixture(browser)
  const tabs = await fixture.openTabs(3)
  const { ben } = await fixture.openBen()
  const allCount = (unread: number) =>
    waitUntil(`all to count ${unread}`, async () =>
      (await Promise.all(tabs.map((tab) => tab.look()))).every((look) => look.unread === unread),
    )
  for (const [i, tab] of tabs.entries()) {
    await ben.send([`for tab ${i}`])
    await allCount(1)
    await tab.call('markRead')
    await allCount(0)
    await tab.call('setTyping', true)
    await waitUntil('Ben to see it', async () => (await ben.look()).typing.join() === 'Ada')
    await tab.call('setTyping', false)
    await waitUntil('Ben to see the end of it', async () => (await ben.look()).typing.length === 0)
  }
  await waitUntil('two websockets', async () => (await fixture.sockets()) === 2)
  expect(await errorsOf(...tabs, ben)).toEqual([])
})

test('all tabs show the same: the one with the connection, one beside it, and a reloaded one', async () => {
  await using fixture = await tabsFixture(browser)
  const { ben } = await fixture.openBen()
  const tabs = await fixture.openTabs(2)
  await ben.send(['one', 'two'])
  await tabs[1]?.send(['three'])
  for (const tab of [...tabs, ben]) {
    await waitUntil('all three to be there', async () => (await tab.look()).texts.length === 3)
    await tab.call('markRead')
  }
  tabs.push(await fixture.openTab())
  await tabs[0]?.start(fixture.options)
  const given = (): Promise<string[]> => Promise.all(tabs.map((tab) => tab.call('everything')))
  const areDone = async (): Promise<boolean> => {
    await Promise.all(tabs.map((tab) => tab.settled()))
    const all = await given()
    // Ben's receipt is the last to arrive.
    const { reads }: RoomState = JSON.parse(all[0] ?? '{}')
    return Object.values(reads).includes(3) && new Set(all).size === 1
  }
  // If they did not arrive in time, the diff shows it.
  await waitUntil('all to be given the same', areDone).catch(() => undefined)
  const [first = '', ...others] = await given()
  for (const other of others) expect(other).toBe(first)
  const state: RoomState = JSON.parse(first)
  expect(state).toMatchObject({ status: 'live', unread: 0, lastSeq: 3 })
  expect(state.members.map(({ name }) => name).sort()).toEqual(['Ada', 'Ben'])
  expect(Object.values(state.reads)).toEqual([3])
})

test('one tab renews a token that expires, and no tab loses its connection', async () => {
  await using fixture = await tabsFixture(browser)
  const { url, room } = fixture.options
  let asked = 0
  const notes = await fixture.notes()
  const answering = notes.answer('token', () => {
    asked++
    return fixture.token(TOKEN_SECONDS)
  })
  const tabs: ClientTab[] = []
  for (let i = 0; i < 3; i++) tabs.push(await ClientTab.open(fixture.context, { url, room }))
  const [first, since] = [asked, Date.now()]
  const owner = await ownerOf(tabs)
  const lines = (await Promise.all(tabs.map((tab) => tab.look()))).map(({ onlineAt }) => onlineAt)
  await waitUntil('three renewals', () => asked >= first + 3)
  const lives = Math.ceil((Date.now() - since) / (TOKEN_SECONDS * 1_000))
  // Three tabs that renew on their own would request three times as often.
  expect(asked - first).toBeLessThanOrEqual(lives + 1)
  const after: number[] = []
  for (const [i, tab] of tabs.entries()) {
    await tab.send([`from tab ${i}`])
    after.push((await tab.settled()).onlineAt)
  }
  // An owner that did not answer for a second has lost it to another tab, whatever its token.
  if ((await ownerOf(tabs)) === owner) expect(after).toEqual(lines)
  await waitUntil('one websocket', async () => (await fixture.sockets()) === 1)
  notes.close()
  await answering
})

test('without Web Locks each tab is on its own, and what two of them send at once from one disk arrives once', async () => {
  await using fixture = await tabsFixture(browser)
  const { context, options } = fixture
  const withoutLocks = () => void Reflect.deleteProperty(Navigator.prototype, 'locks')
  const names = ['one', 'two']
  const said = names.map((name) => Array.from({ length: 20 }, (_, n) => `${name}: ${n}`))
  let tabs = [await fixture.openTab(withoutLocks), await fixture.openTab(withoutLocks)]
  expect(await tabs[0]?.page.evaluate(() => 'locks' in navigator)).toBe(false)
  await waitUntil('two websockets', async () => (await fixture.sockets()) === 2)
  await Promise.all(tabs.map((tab, i) => tab.send(said[i] ?? [])))
  const allShow = async (count: number): Promise<readonly string[]> => {
    await waitUntil('both to show all', async () =>
      (await Promise.all(tabs.map((tab) => tab.settled()))).every(({ texts }) => texts.length === count),
    )
    const [one, two] = await Promise.all(tabs.map((tab) => tab.settled()))
    expect(one?.texts).toEqual(two?.texts)
    return one?.texts ?? []
  }
  const shown = await allShow(40)
  for (const texts of said) expect(shown.filter((text) => texts.includes(text))).toEqual(texts)

  // Unsent, on the disk that both share: the next two tabs find the same, and send it in the same moment.
  await context.setOffline(true)
  for (const tab of tabs) await waitUntil('no line', async () => (await tab.look()).connection !== 'online')
  await Promise.all(tabs.map((tab, i) => tab.call('say', [`left by ${names[i]}`])))
  await waitUntil('both to be on disk', async () => (await tabs[0]?.call('cachedEntries')) === 2)
  for (const tab of tabs) await tab.page.close()
  await context.setOffline(false)
  tabs = await Promise.all(names.map(() => ClientTab.load(context, options, withoutLocks)))
  const all = await allShow(42)
  expect([...all.slice(40)].sort()).toEqual(names.map((name) => `left by ${name}`))
  await waitUntil('the outbox to be empty', async () => (await tabs[0]?.call('cachedEntries')) === 0)
  expect(await errorsOf(...tabs)).toEqual([])

  // What two tabs wrote at the same time is sound: a third shows it without a server.
  await waitUntil('the rows to be on disk', async () => (await tabs[0]?.call('cachedRows')) === 42)
  for (const tab of tabs) await tab.page.close()
  await keepPage(context, options.url)
  await context.setOffline(true)
  const third = await ClientTab.load(context, options, withoutLocks)
  await waitUntil('the room from the disk', async () => (await third.look()).texts.join() === all.join())
})
