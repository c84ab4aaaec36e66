import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'
import { loseCode } from './page-workers'
import { tabsFixture } from './tabs-fixture'

let browser: TestBrowser

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

test('lazy code that fails to load is requested again, and nothing is lost', async () => {
  await using fixture = await tabsFixture(browser)
  await loseCode(fixture.context, fixture.options.url)
  const tab = await fixture.openTab()
  await tab.send(['one', 'two'])
  expect((await tab.settled()).texts).toEqual(['one', 'two'])
  expect(await tab.page.evaluate(async () => (await fetch('/failures')).text())).toBe('6')
  expect(await tab.errors()).toEqual([])
})
