import { createTestClient, createTestServer, type TestServer } from '@roomful/testing'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WEB_CHAT } from '../integration/roomful-command'
import { ChatPage } from './chat-page'
import { launchChromium } from './chromium'

let browser: Browser
let server: TestServer
beforeAll(async () => {
  browser = await launchChromium()
  server = await createTestServer({ static: WEB_CHAT })
  for (let i = 0; i < 250; i++) await (await createTestClient(server, `user${i}`)).close()
})
afterAll(async () => {
  await browser.close()
  await server.close()
})

test('the web chat counts a room of 251 members, and shows more of them on demand', async () => {
  await using ada = await ChatPage.join(browser, server.url, 'Ada')
  const { page } = ada
  await page.getByTestId('room-state').filter({ hasText: '251 members' }).waitFor()
  await page.getByRole('button', { name: 'Members' }).click()
  const dialog = page.getByRole('dialog')
  const rows = dialog.getByRole('listitem')
  const more = dialog.getByRole('button', { name: 'Show more' })
  await dialog.getByText('251 members').waitFor()
  for (const shown of [100, 200]) {
    await more.click()
    await rows.nth(shown - 1).waitFor()
  }
  await more.click()
  await rows.nth(250).waitFor()
  await more.waitFor({ state: 'detached' })
  expect(await rows.count()).toBe(251)
  expect(ada.errors).toEqual([])
})
