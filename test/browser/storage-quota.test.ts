import { afterAll, beforeAll, expect, test } from 'vitest'
import { ClientTab } from './client-page'
import { devtoolsOf } from './engine/chromium'
import type { TestBrowser } from './engine/port'
import { launchWholeBrowser } from './engines'
import { guest, tabsFixture } from './tabs-fixture'

let browser: TestBrowser
beforeAll(async () => {
  browser = await launchWholeBrowser()
})
afterAll(() => browser.close())

test('quota exceeded: sends go out from memory and the state reports it; with room again all is stored', async () => {
  await using fixture = await tabsFixture(browser)
  const other = await fixture.openTab()
  const context = await browser.newContext()
  const { token } = await guest(fixture.server.url)
  // Chromium checks it at the first use: so before the page exists.
  const devtools = await devtoolsOf(await context.newPage())
  const origin = fixture.server.url
  await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 300_000 })
  const tab = await ClientTab.open(context, { ...fixture.options, token })
  const goesOn = async (text: string): Promise<void> => {
    await tab.call('say', [text])
    for (const one of [tab, other]) await one.receives(text)
    expect((await tab.look()).texts.slice(-1)).toEqual([text])
    expect(await tab.errors()).toEqual([])
  }
  await goesOn('with room')
  await tab.storageIs('ok')
  const long = Array.from({ length: 60 }, (_, n) => `${n} ${'long '.repeat(1_500)}`)
  // From before on: with all of them confirmed in a second, it would be over.
  await Promise.all([tab.storageIs('degraded', /no room left/), tab.call('say', long)])
  await goesOn('without room')
  await devtools.send('Storage.overrideQuotaForOrigin', { origin })
  await goesOn('with room again')
  await tab.storageIs('ok')
  await context.close()
})
