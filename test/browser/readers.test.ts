import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WEB_CHAT } from '../integration/roomful-command'
import { violations } from './axe'
import { ChatPage } from './chat-page'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'

let browser: TestBrowser
let server: TestServer
beforeAll(async () => {
  browser = await launchBrowser()
  server = await createTestServer({ static: WEB_CHAT })
})
afterAll(async () => {
  await browser.close()
  await server.close()
})

test('the tick of an own message opens the list of who has read it, and who has not', async () => {
  await using ada = await ChatPage.join(browser, server.url, 'Ada')
  await using ben = await ChatPage.join(browser, server.url, 'Ben')
  // A member who never looks.
  const cy = await createTestClient(server, { id: 'cy', name: 'Cy' })
  await cy.close()
  await ada.says('[data-testid=room-state]', '3 members')
  await ada.send('who reads this?')
  await ben.shows('who reads this?')
  await ada.has('article button.tick[title="Read by 1 of 2"]')
  await ada.click('Read by 1 of 2')
  await ada.says('dialog[open] h2', 'Read by 1 of 2')
  expect(await ada.text('dialog [aria-label=Read]')).toContain('Ben')
  expect(await ada.text('dialog [aria-label="Not yet"]')).toContain('Cy')
  expect(await violations(ada.page)).toEqual([])
  await ada.click('Close')
  expect(await ada.errors()).toEqual([])
})
