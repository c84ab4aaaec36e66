import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from './chromium'
import { tabsFixture } from './tabs-fixture'

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

test('code that is loaded late and does not come is asked for again, and nothing is lost', async () => {
  await using fixture = await tabsFixture(browser)
  let failures = 0
  await fixture.context.route(/(socket-io-transport|idb-store|create-tabs)-/, (route) => {
    if (failures >= 6) return route.continue()
    failures++
    return route.abort()
  })
  const tab = await fixture.openTab()
  await tab.send(['one', 'two'])
  expect((await tab.settled()).texts).toEqual(['one', 'two'])
  expect(failures).toBe(6)
  expect(tab.errors).toEqual([])
})
