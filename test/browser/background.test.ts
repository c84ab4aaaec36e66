import { createTcpProxy, waitUntil } from '@roomful/testing'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stopwatch } from '../stopwatch'
import { launchChromium } from './chromium'
import { ClientTab } from './client-page'
import { openBen, tabsFixture } from './tabs-fixture'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium({ backForwardCache: true })
})
afterAll(() => browser.close())

/** The page is left, and kept by the browser as it is: hidden, frozen, with its line cut. */
async function leave(tab: ClientTab, url: string): Promise<void> {
  await tab.page.evaluate(() => Object.assign(window, { mark: 'the same page' }))
  await tab.page.goto(`${url}/old.html`)
}

/**
 * Timers as those of a page that has been hidden for five minutes: once a minute, until it is looked at again. Without a
 * screen nothing is ever hidden, so the page does to itself what Chromium would.
 * Source: developer.chrome.com/blog/timer-throttling-in-chrome-88
 */
async function throttleTimers(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const { setTimeout: start, setInterval: repeat, clearTimeout: end } = window
    const due = new Map<number, () => void>()
    const runDue = (): void => {
      for (const [id, run] of [...due]) if (due.delete(id)) run()
    }
    const wrapped =
      (arm: typeof start) =>
      (run: (...args: unknown[]) => void, ms?: number, ...args: unknown[]): number => {
        const id: number = arm(() => {
          if (document.visibilityState === 'hidden') due.set(id, () => run(...args))
          else run(...args)
        }, ms)
        return id
      }
    const cleared = (id?: number): void => {
      due.delete(id ?? 0)
      end(id)
    }
    Object.assign(window, {
      setTimeout: wrapped(start),
      setInterval: wrapped(repeat as typeof start),
      clearTimeout: cleared,
      clearInterval: cleared,
    })
    repeat(runDue, 60_000)
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') runDue()
    })
  })
}

async function comeBack(tab: ClientTab): Promise<void> {
  await tab.page.goBack({ waitUntil: 'commit' })
  expect(await tab.page.evaluate(() => (window as unknown as { mark?: string }).mark)).toBe('the same page')
}

test('a page that comes back from the back/forward cache is up to date, and sends what it was told before', async () => {
  await using fixture = await tabsFixture(browser)
  const ada = await fixture.openTab()
  const other = await openBen(browser, fixture.options)
  await ada.send(['before'])
  await leave(ada, fixture.options.url)
  await other.send(['while away'])
  const watch = stopwatch()
  await comeBack(ada)
  await waitUntil('what was missed', async () => (await ada.look()).texts.length === 2)
  expect(watch.idleMs()).toBeLessThan(3_000)
  await ada.send(['after'])
  for (const tab of [ada, other])
    await waitUntil('all of it', async () => (await tab.settled()).texts.join() === 'before,while away,after')
  await waitUntil('two websockets', async () => (await fixture.sockets()) === 2)
  expect([...ada.errors, ...other.errors]).toEqual([])
  await other.page.context().close()
})

test('the owner goes into the back/forward cache: the other tab has the line, and both go on when it is back', async () => {
  await using fixture = await tabsFixture(browser)
  const tabs = await fixture.openTabs(2)
  const owner = tabs.find(({ sockets }) => sockets === 1)
  const other = tabs.find(({ sockets }) => sockets === 0)
  if (owner === undefined || other === undefined) throw new Error('there is no one owner')
  await owner.send(['before'])
  const since = Date.now()
  await leave(owner, fixture.options.url)
  await other.settled(since)
  await other.send(['while away'])
  await owner.page.goBack({ waitUntil: 'commit' })
  // A page that waits in line for a lock may be given up by the browser: then it is loaded anew.
  if (!(await owner.page.evaluate(() => 'mark' in window))) await owner.start(fixture.options)
  await owner.settled()
  await owner.send(['after'])
  for (const tab of tabs)
    await waitUntil('all of it', async () => (await tab.settled()).texts.join() === 'before,while away,after')
  await waitUntil('one websocket', async () => (await fixture.sockets()) === 1)
  expect(tabs.flatMap(({ errors }) => errors)).toEqual([])
})

test('a hidden page whose timers fire once a minute hears and sends at once; looked at again it has its line back at once', async () => {
  await using fixture = await tabsFixture(browser)
  await using proxy = await createTcpProxy(fixture.server.port)
  await throttleTimers(fixture.context)
  const ada = await ClientTab.open(fixture.context, { ...fixture.options, url: proxy.url })
  const ben = await openBen(browser, fixture.options)
  await ada.show('hidden')
  const watch = stopwatch()
  await ben.send(['to the background'])
  await waitUntil('it to be there', async () => (await ada.look()).texts.length === 1)
  await ada.send(['from the background'])
  await waitUntil('it to be sent', async () => (await ben.look()).texts.length === 2)
  expect(watch.idleMs()).toBeLessThan(10_000)

  proxy.cut()
  await waitUntil('the line to be down', async () => (await ada.look()).connection !== 'online')
  proxy.heal()
  await ben.send(['while nobody looked'])
  expect((await ada.look()).connection).not.toBe('online')
  const look = stopwatch()
  const shown = Date.now()
  await ada.show('visible')
  const { texts, onlineAt } = await ada.settled(shown)
  expect(look.idleMs(onlineAt - shown)).toBeLessThan(2_000)
  expect(texts).toEqual(['to the background', 'from the background', 'while nobody looked'])
  expect(ada.errors).toEqual([])
  await ben.page.context().close()
})
