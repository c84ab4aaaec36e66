import { type Actor, waitUntil } from '@roomful/testing'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Stopwatch, stopwatch } from '../stopwatch'
import { launchChromium } from './chromium'
import { ClientTab, type Stopped } from './client-page'
import { PageHistory } from './page-history'
import { tabsFixture } from './tabs-fixture'

/** What is promised, and what a machine that is busy with other things may add to it. */
const TAKE_OVER_MS = 2_000
const BUSY_MS = 1_000

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

const ownerOf = (tabs: readonly ClientTab[]): ClientTab => {
  const owners = tabs.filter(({ sockets }) => sockets > 0)
  if (owners.length !== 1 || owners[0] === undefined) throw new Error(`${owners.length} tabs have a socket`)
  return owners[0]
}

/** How long the last of the tabs was without a line, by the clock that all processes of this machine share. */
async function takeOver(rest: readonly ClientTab[], since: number, watch: Stopwatch): Promise<number> {
  const looks = await Promise.all(rest.map((tab) => tab.settled(since)))
  return watch.idleMs(Math.max(...looks.map(({ onlineAt }) => onlineAt)) - since)
}

test('the owner dies ten times in mid-send, closed or crashed: nothing lost, nothing doubled, another within 2 s', async () => {
  await using fixture = await tabsFixture(browser)
  const history = await PageHistory.of(fixture.context)
  const names = new Map<ClientTab, Actor>()
  const open = async (): Promise<ClientTab> => {
    const options = fixture.as(`tab ${names.size}`)
    const tab = await ClientTab.open(fixture.context, options)
    names.set(tab, options.who)
    return tab
  }
  const whoOf = (tab: ClientTab): Actor => names.get(tab) ?? expect.fail('it has no name')
  const tabs = [await open(), await open(), await open()]
  const said: string[][] = []
  const maybe = new Set<string>()
  const took: number[] = []
  for (let round = 0; round < 10; round++) {
    await waitUntil('one owner', () => tabs.filter(({ sockets }) => sockets > 0).length === 1)
    const owner = ownerOf(tabs)
    const rest = tabs.filter((tab) => tab !== owner)
    const handed = tabs.map((_, i) =>
      Array.from({ length: 5 }, (_, n) => `round ${round}, tab ${i}, message ${n}`),
    )
    said.push(...handed)
    const sends = tabs.map(async (tab, i) => {
      const texts = handed[i] ?? []
      // A tab that is gone before it could say that they are on disk may have lost them.
      await tab.send(texts).catch(() => {
        for (const text of texts) maybe.add(text)
      })
    })
    // Early in the writes to disk, in the middle of the requests, or behind them.
    await Promise.race([sends[tabs.indexOf(owner)], new Promise((resolve) => setTimeout(resolve, round * 8))])
    const watch = stopwatch()
    const since = Date.now()
    await (round % 2 === 0 ? owner.crash() : owner.page.close())
    took.push(await takeOver(rest, since, watch))
    await Promise.all(sends)
    history.ended(whoOf(owner), handed[tabs.indexOf(owner)] ?? [], (text) => !maybe.has(text))
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
  expect(await fixture.sockets()).toBe(1)
  await using elsewhere = await fixture.elsewhere()
  const living = tabs.map((tab) => ({ who: whoOf(tab), tab }))
  await history.expectSound(elsewhere, fixture.options.room, living)
  expect(tabs.flatMap(({ errors }) => errors)).toEqual([])
})

describe('an owner that is', () => {
  const stops: [string, (owner: ClientTab, pid: number) => Promise<Stopped>][] = [
    [
      'stuck',
      async (owner) => {
        const since = Date.now()
        const stuck = owner.hang(6_000)
        return { since, goOn: () => stuck }
      },
    ],
    ['frozen', (owner) => owner.freeze()],
    [
      'stopped by the system',
      async (_, pid) => {
        const since = Date.now()
        process.kill(pid, 'SIGSTOP')
        return { since, goOn: async () => process.kill(pid, 'SIGCONT') }
      },
    ],
  ]
  test.each(stops)('%s loses the line within 2 s, and follows when it goes on', async (_, stop) => {
    await using fixture = await tabsFixture(browser)
    const tabs = await fixture.openTabs(3)
    const processes = new Map<ClientTab, number>()
    for (const tab of tabs) processes.set(tab, await tab.findProcess())
    for (const tab of tabs) await tab.settled()
    const owner = ownerOf(tabs)
    const rest = tabs.filter((tab) => tab !== owner)
    const watch = stopwatch()
    const { since, goOn } = await stop(owner, processes.get(owner) ?? Number.NaN)
    const took = await takeOver(rest, since, watch)
    expect(took).toBeLessThanOrEqual(TAKE_OVER_MS + BUSY_MS)
    for (const [i, tab] of rest.entries()) await tab.send([`while it was away ${i}`])
    await goOn()
    await owner.settled(since)
    await waitUntil('one websocket', async () => (await fixture.sockets()) === 1)
    await waitUntil('the old owner to let go', () => owner.sockets === 0)
    await owner.send(['and back'])
    await waitUntil('all to show all', async () => {
      const looks = await Promise.all(tabs.map((tab) => tab.settled()))
      return looks.every(({ texts }) => texts.length === 3)
    })
    expect(tabs.flatMap(({ errors }) => errors)).toEqual([])
  })
})

test('an owner that nobody looks at hands the line to a tab that is looked at', async () => {
  await using fixture = await tabsFixture(browser)
  const tabs = await fixture.openTabs(2)
  const owner = ownerOf(tabs)
  const other = tabs.find((tab) => tab !== owner)
  if (other === undefined) throw new Error('there are two')
  await owner.show('hidden')
  await owner.send(['while hidden'])
  await waitUntil('the line to move', () => other.sockets === 1 && owner.sockets === 0)
  for (const tab of tabs) {
    await tab.send([`from ${tab.sockets} sockets`])
    await tab.settled()
  }
  await waitUntil('both to show all', async () => {
    const looks = await Promise.all(tabs.map((tab) => tab.settled()))
    return looks.every(({ texts }) => texts.length === 3)
  })
  expect(await fixture.sockets()).toBe(1)
})
