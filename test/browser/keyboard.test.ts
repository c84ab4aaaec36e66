import { waitUntil } from '@roomful/testing'
import { createTestServer, type TestServer } from '@roomful/testing/node'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { WEB_CHAT } from '../integration/roomful-command'
import { ChatPage } from './chat-page'
import type { Key, TestBrowser } from './engine/port'
import { launchBrowser } from './engines'

let browser: TestBrowser
let server: TestServer
let ada: ChatPage
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())
beforeEach(async () => {
  server = await createTestServer({ static: WEB_CHAT })
  ada = await ChatPage.join(browser, server.url, 'Ada')
  for (const text of ['one', 'two', 'three']) await ada.send(text)
  await ada.settlesAs(['one', 'two', 'three'])
})
afterEach(async () => {
  expect(await ada.errors()).toEqual([])
  await ada.context.close()
  await server.close()
})

const press = (...keys: readonly Key[]): Promise<void> => ada.page.press(...keys)
/** With Tab, as far as it takes; fails if that leads round. */
async function tabTo(what: string): Promise<void> {
  for (let i = 0; i < 40; i++) {
    if ((await ada.focused()) === what) return
    await press('Shift', 'Tab')
  }
  throw new Error(`Shift+Tab leads nowhere to "${what}"`)
}

test('from the field to any message and back', async () => {
  await ada.focuses('Message')
  await tabTo('Messages')
  await press('ArrowUp')
  await ada.focuses('three')
  await press('ArrowUp')
  await ada.focuses('two')
  await press('Home')
  await ada.focuses('one')
  await press('End')
  await ada.focuses('three')
  await press('ArrowDown')
  await ada.focuses('three')
  await press('Escape')
  await ada.focuses('Message')
})

test('a reply, an edit, a reaction and a deletion, without a mouse', async () => {
  const onto = async (text: string): Promise<void> => {
    await tabTo('Messages')
    await press('End')
    while ((await ada.focused()) !== text) await press('ArrowUp')
  }
  await onto('one')
  await press('r')
  await ada.focuses('Message')
  await ada.page.type('an answer')
  await press('Enter')
  await ada.shows('an answer')
  expect(await ada.text('.quote')).toContain('one')

  await onto('two')
  await press('e')
  await ada.focuses('Message')
  await ada.page.type(', better')
  await press('Enter')
  await ada.shows('two, better')

  await onto('three')
  await press('+')
  await ada.focuses('React with thumbs up')
  await press('Enter')
  await waitUntil('the reaction', async () => (await ada.text('.reactions')).includes('👍'))
  await ada.focuses('three')

  await ada.keepNotices()
  await press('Delete')
  await waitUntil('it to look deleted', async () => !(await ada.texts()).includes('three'))
  await ada.click('Undo')
  await ada.shows('three')
})

test('Escape leaves the choice of a reaction, and the focus is on the message', async () => {
  await tabTo('Messages')
  await press('End')
  await ada.focuses('three')
  await press('Enter')
  await ada.focuses('Add reaction')
  await press('Enter')
  await ada.focuses('React with thumbs up')
  await press('Escape')
  await ada.focuses('three')
})
