import { waitUntil } from '@roomful/testing'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from './chromium'
import { ClientTab } from './client-page'
import { guest, type TabsFixture, tabsFixture } from './tabs-fixture'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium({ backForwardCache: true })
})
afterAll(() => browser.close())

/** Somebody else. */
async function ben({ options }: TabsFixture): Promise<ClientTab> {
  const { token } = await guest(options.url, 'Ben')
  return ClientTab.open(await browser.newContext(), { ...options, token })
}

/** The page is left, and kept by the browser as it is: hidden, frozen, with its line cut. */
async function leave(tab: ClientTab, url: string): Promise<void> {
  await tab.page.evaluate(() => Object.assign(window, { mark: 'the same page' }))
  await tab.page.goto(`${url}/old.html`)
}

async function comeBack(tab: ClientTab): Promise<void> {
  await tab.page.goBack({ waitUntil: 'commit' })
  expect(await tab.page.evaluate(() => (window as unknown as { mark?: string }).mark)).toBe('the same page')
}

test('a page that comes back from the back/forward cache is up to date, and sends what it was told before', async () => {
  await using fixture = await tabsFixture(browser)
  const ada = await fixture.openTab()
  const other = await ben(fixture)
  await ada.send(['before'])
  await leave(ada, fixture.options.url)
  await other.send(['while away'])
  const since = Date.now()
  await comeBack(ada)
  await waitUntil('what was missed', async () => (await ada.look()).texts.length === 2)
  expect(Date.now() - since).toBeLessThan(3_000)
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
