import { waitUntil } from '@roomful/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stopwatch } from '../stopwatch'
import { type ClientTab, errorsOf, type Stopped } from './client-page'
import { devtoolsOf } from './engine/chromium'
import type { TestBrowser } from './engine/port'
import { launchWholeBrowser } from './engines'
import { BUSY_MS, ownerOf, TAKE_OVER_MS, takeOver } from './owners'
import { tabsFixture } from './tabs-fixture'

let browser: TestBrowser
beforeAll(async () => {
  browser = await launchWholeBrowser()
})
afterAll(() => browser.close())

/** What the browser does to a page in the background: it notifies the page, and then nothing runs there. */
async function freeze(tab: ClientTab): Promise<Stopped> {
  const devtools = await devtoolsOf(tab.page)
  await devtools.send('Debugger.enable')
  const since = Date.now()
  await tab.page.evaluate(() => void document.dispatchEvent(new Event('freeze')))
  await devtools.send('Debugger.pause')
  return { since, goOn: () => devtools.send('Debugger.disable') }
}

test('a frozen owner loses the connection within 2 s, and follows when it continues', async () => {
  await using fixture = await tabsFixture(browser)
  const tabs = await fixture.openTabs(3)
  const owner = await ownerOf(tabs)
  const rest = tabs.filter((tab) => tab !== owner)
  const watch = stopwatch()
  const { since, goOn } = await freeze(owner)
  expect(await takeOver(rest, since, watch)).toBeLessThanOrEqual(TAKE_OVER_MS + BUSY_MS)
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
