import { type Actor, waitUntil } from '@roomful/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stopwatch } from '../stopwatch'
import { ClientTab, errorsOf, type Stopped } from './client-page'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'
import { BUSY_MS, ownerOf, TAKE_OVER_MS, takeOver } from './owners'
import { PageHistory } from './page-history'
import { tabsFixture } from './tabs-fixture'

let browser: TestBrowser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

test('the owner dies ten times during sends, closed or crashed: nothing lost, nothing doubled, another within 2 s', async () => {
  await using fixture = await tabsFixture(browser)
  const history = new PageHistory(await fixture.notes())
  const names = new Map<ClientTab, Actor>()
  const open = async (): Promise<ClientTab> => {
    const options = fixture.as(`tab ${names.size}`)
    const tab = await ClientTab.open(fixture.context, options)
    await tab.prepareKill()
    names.set(tab, options.who)
    return tab
  }
  const whoOf = (tab: ClientTab): Actor => names.get(tab) ?? expect.fail('it has no name')
  const tabs = [await open(), await open(), await open()]
  const said: string[][] = []
  const maybe = new Set<string>()
  const took: number[] = []
  for (let round = 0; round < 10; round++) {
    const owner = await ownerOf(tabs)
    const rest = tabs.filter((tab) => tab !== owner)
    const handed = tabs.map((_, i) =>
      Array.from({ length: 5 }, (_, n) => `round ${round}, tab ${i}, message ${n}`),
    )
    said.push(...handed)
    const sends = tabs.map(async (tab, i) => {
      const texts = handed[i] ?? []
      // A tab that ends before it could report them as stored may have lost them.
      await tab.send(texts).catch(() => {
        for (const text of texts) maybe.add(text)
      })
    })
    // Early in the writes to disk, in the middle of the requests, or behind them.
    await Promise.race([sends[tabs.indexOf(owner)], new Promise((resolve) => setTimeout(resolve, round * 8))])
    const watch = stopwatch()
    const since = Date.now()
    await (round % 2 === 0 ? owner.kill() : owner.page.close())
    took.push(await takeOver(rest, since, watch))
    await Promise.all(sends)
    await history.ended(whoOf(owner), handed[tabs.indexOf(owner)] ?? [], (text) => !maybe.has(text))
    tabs.splice(tabs.indexOf(owner), 1, await open())
    if (round % 2 === 0) await owner.page.close()
  }
  expect(Math.max(...took), `took ${took} ms`).toBeLessThanOrEqual(TAKE_OVER_MS + BUSY_MS)
  expect([...took].sort((a, b) => a - b)[5]).toBeLessThanOrEqual(TAKE_OVER_MS)

  const certain = said.flat().filter((text) => !maybe.has(text))
  await waitUntil('all tabs to show all', async () => {
    const looks = await Promise.all(tabs.map((tab) => tab.settled()))
    return looks.every(({ texts }) => certain.every((text) => texts.includes(text)))
  })
  const shown = await Promise.all(tabs.map(async (tab) => (await tab.settled()).texts))
  for (const texts of shown) {
    expect(texts).toEqual(shown[0])
    expect(new Set(texts).size).toBe(texts.length)
    for (const own of said) {
      const here = texts.filter((text) => own.includes(text))
      expect(here).toEqual(own.slice(0, here.length))
    }
  }
  await waitUntil('one websocket', async () => (await fixture.sockets()) === 1)
  await using elsewhere = await fixture.elsewhere()
  const living = tabs.map((tab) => ({ who: whoOf(tab), tab }))
  await history.expectSound(elsewhere, fixture.options.room, living)
  expect(await errorsOf(...tabs)).toEqual([])
})

describe('an owner that is', () => {
  const stops: [string, (owner: ClientTab, pid: number) => Promise<Stopped>][] = [
    [
      'stuck',
      async (owner) => {
        const since = Date.now()
        await owner.hang(6_000)
        return { since, goOn: async () => {} }
      },
    ],
    [
      'stopped by the system',
      async (_, pid) => {
        const since = Date.now()
        process.kill(pid, 'SIGSTOP')
        return { since, goOn: async () => process.kill(pid, 'SIGCONT') }
      },
    ],
  ]
  test.each(stops)('%s loses the connection within 2 s, and follows when it continues', async (_, stop) => {
    await using fixture = await tabsFixture(browser)
    const tabs = await fixture.openTabs(3)
    const processes = new Map<ClientTab, number>()
    for (const tab of tabs) processes.set(tab, await tab.page.processId())
    for (const tab of tabs) await tab.settled()
    const owner = await ownerOf(tabs)
    const rest = tabs.filter((tab) => tab !== owner)
    const watch = stopwatch()
    const { since, goOn } = await stop(owner, processes.get(owner) ?? Number.NaN)
    const took = await takeOver(rest, since, watch)
    expect(took).toBeLessThanOrEqual(TAKE_OVER_MS + BUSY_MS)
    for (const [i, tab] of rest.entries()) await tab.send([`while it was away ${i}`])
    await goOn()
    await owner.settled(since)
    await waitUntil('one websocket', async () => (await fixture.sockets()) === 1)
    await waitUntil('the old owner to let go', async () => (await owner.look()).sockets === 0)
    await owner.send(['and back'])
    await waitUntil('all to show all', async () => {
      const looks = await Promise.all(tabs.map((tab) => tab.settled()))
      return looks.every(({ texts }) => texts.length === 3)
    })
    expect(await errorsOf(...tabs)).toEqual([])
  })
})

test('a hidden owner passes the connection to a visible tab', async () => {
  await using fixture = await tabsFixture(browser)
  const tabs = await fixture.openTabs(2)
  const owner = await ownerOf(tabs)
  const other = tabs.find((tab) => tab !== owner)
  if (other === undefined) throw new Error('there are two')
  await owner.show('hidden')
  await owner.send(['while hidden'])
  await waitUntil('the line to move', async () => (await ownerOf(tabs)) === other)
  for (const tab of tabs) {
    await tab.send([`from ${tab === other ? 'the owner' : 'the other'}`])
    await tab.settled()
  }
  await waitUntil('both to show all', async () => {
    const looks = await Promise.all(tabs.map((tab) => tab.settled()))
    return looks.every(({ texts }) => texts.length === 3)
  })
  await waitUntil('one websocket', async () => (await fixture.sockets()) === 1)
})
