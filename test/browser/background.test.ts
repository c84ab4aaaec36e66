import { waitUntil } from '@roomful/testing'
import { createTcpProxy } from '@roomful/testing/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stopwatch } from '../stopwatch'
import { ClientTab } from './client-page'
import type { TestBrowser } from './engine/port'
import { launchWholeBrowser } from './engines'
import { tabsFixture } from './tabs-fixture'

let browser: TestBrowser
beforeAll(async () => {
  browser = await launchWholeBrowser()
})
afterAll(() => browser.close())

/**
 * Timers as in a page that has been hidden for five minutes: once a minute, until it is shown again. Without a screen
 * no page is ever hidden, so the page does to itself what Chromium would. Source:
 * developer.chrome.com/blog/timer-throttling-in-chrome-88
 */
function throttleTimers(): void {
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
}

test('a hidden page whose timers fire once a minute receives and sends at once; shown again it reconnects at once', async () => {
  await using fixture = await tabsFixture(browser)
  await using proxy = await createTcpProxy(fixture.server.port)
  const ada = await ClientTab.open(
    fixture.context,
    { ...fixture.options, url: await fixture.context.reach(proxy.url) },
    throttleTimers,
  )
  const { ben } = await fixture.openBen()
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
  expect(await ada.errors()).toEqual([])
})
