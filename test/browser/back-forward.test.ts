import { waitUntil } from '@roomful/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stopwatch } from '../stopwatch'
import { type ClientTab, errorsOf } from './client-page'
import type { ClientOptions } from './client-page-main'
import type { EngineName, TestBrowser } from './engine/port'
import { launchWholeBrowser } from './engines'
import { ownerOf } from './owners'
import { tabsFixture } from './tabs-fixture'

/** Whether the browser keeps a page that the user left, and shows it again unchanged. Measured: docs/inside/engines.md has it. */
const KEEPS_PAGE: Record<EngineName, boolean> = { chromium: true, firefox: false, webkit: true }

let browser: TestBrowser
beforeAll(async () => {
  browser = await launchWholeBrowser()
})
afterAll(() => browser.close())

/** The user left the page: it is hidden, frozen, with its connection cut, or gone. */
async function leave(tab: ClientTab, url: string): Promise<void> {
  await tab.page.evaluate(() => void Object.assign(window, { mark: 'the same page' }))
  await tab.page.goto(`${url}/old.html`)
}

/** Returns whether it is the same page. A reloaded one gets its client. */
async function comeBack(tab: ClientTab, options: ClientOptions): Promise<boolean> {
  await tab.page.goBack()
  const isSame = await tab.page.evaluate(() => 'mark' in window)
  if (!isSame) await tab.start(options)
  return isSame
}

test('a page that comes back by the back button is up to date, and sends what it queued before', async () => {
  await using fixture = await tabsFixture(browser)
  const ada = await fixture.openTab()
  const { ben } = await fixture.openBen()
  await ada.send(['before'])
  await leave(ada, fixture.options.url)
  await ben.send(['while away'])
  const watch = stopwatch()
  expect(await comeBack(ada, fixture.options)).toBe(KEEPS_PAGE[browser.engine])
  await waitUntil('what was missed', async () => (await ada.look()).texts.length === 2)
  expect(watch.idleMs()).toBeLessThan(3_000)
  await ada.send(['after'])
  for (const tab of [ada, ben])
    await waitUntil('all of it', async () => (await tab.settled()).texts.join() === 'before,while away,after')
  await waitUntil('two websockets', async () => (await fixture.sockets()) === 2)
  expect(await errorsOf(ada, ben)).toEqual([])
})

test('the owner navigates away: the other tab gets the connection, and both continue when it is back', async () => {
  await using fixture = await tabsFixture(browser)
  const tabs = await fixture.openTabs(2)
  const owner = await ownerOf(tabs)
  const other = tabs.find((tab) => tab !== owner) ?? expect.fail('there are two')
  await owner.send(['before'])
  const since = Date.now()
  await leave(owner, fixture.options.url)
  await other.settled(since)
  await other.send(['while away'])
  await comeBack(owner, fixture.options)
  await owner.settled()
  await owner.send(['after'])
  for (const tab of tabs)
    await waitUntil('all of it', async () => (await tab.settled()).texts.join() === 'before,while away,after')
  await waitUntil('one websocket', async () => (await fixture.sockets()) === 1)
  expect(await errorsOf(...tabs)).toEqual([])
})
