import { waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WEB_CHAT } from '../integration/roomful-command'
import { ChatPage } from './chat-page'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'

let browser: TestBrowser
let server: TestServer
beforeAll(async () => {
  browser = await launchBrowser()
  server = await createTestServer({ static: WEB_CHAT })
  for (let i = 0; i < 250; i++) await (await createTestClient(server, `user${i}`)).close()
})
afterAll(async () => {
  await browser.close()
  await server.close()
})

test('the web chat counts a room of 251 members, and shows more of them on demand', async () => {
  await using ada = await ChatPage.join(browser, server.url, 'Ada')
  const rows = (): Promise<number> => ada.count('dialog li')
  await ada.says('[data-testid=room-state]', '251 members')
  await ada.click('Members')
  await ada.says('dialog', '251 members')
  for (const shown of [100, 200]) {
    await ada.click('Show more')
    await waitUntil(`${shown} rows`, async () => (await rows()) >= shown)
  }
  await ada.click('Show more')
  await waitUntil('all rows', async () => (await rows()) === 251)
  await waitUntil('no more of them', async () => !(await ada.text('dialog')).includes('Show more'))
  expect(await rows()).toBe(251)
  expect(await ada.errors()).toEqual([])
})
