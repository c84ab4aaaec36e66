import { waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { WEB_CHAT } from '../integration/roomful-command'
import { violations } from './axe'
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
  const cleo = await createTestClient(server, { id: 'cleo', name: 'Cleo' })
  await cleo.createRoom({ name: 'Garden', type: 'public' })
  await cleo.close()
  ada = await ChatPage.join(browser, server.url, 'Ada')
})
afterEach(async () => {
  expect(await ada.errors()).toEqual([])
  await ada.context.close()
  await server.close()
})

const press = (...keys: readonly Key[]): Promise<void> => ada.page.press(...keys)
const goTo = async (query: string, found: string): Promise<void> => {
  await press('Control', 'k')
  await ada.focuses('Rooms, people, commands')
  await ada.page.type(query)
  await waitUntil(`"${found}" to be chosen`, async () =>
    (await ada.text('[role=option][aria-selected=true]')).startsWith(found),
  )
}

test('a room to join, a person to write to and a command are each some keys away', async () => {
  await goTo('gard', 'Garden')
  await press('Enter')
  await waitUntil('the room', async () => (await ada.text('h1')) === 'Garden')
  await ada.live()

  await goTo('cle', 'Cleo')
  await press('Enter')
  await waitUntil('the dm', async () => (await ada.text('h1')) === 'Cleo')

  await goTo('new r', 'New room')
  await press('Enter')
  await waitUntil('the form', async () => (await ada.text('dialog h2')) === 'New room')
  await press('Escape')

  await goTo('gen', 'general')
  await press('Escape')
  await waitUntil('it to be closed', async () => (await ada.count('dialog[open]')) === 0)
  expect(await ada.text('h1')).toBe('Cleo')
})

test('arrows go round, and what is not there is said', async () => {
  await goTo('', 'general')
  await press('ArrowUp')
  await waitUntil('the last', async () =>
    (await ada.text('[role=option][aria-selected=true]')).startsWith('Keyboard'),
  )
  await press('ArrowDown')
  await waitUntil('the first', async () =>
    (await ada.text('[role=option][aria-selected=true]')).startsWith('general'),
  )
  await ada.page.type('zzzz')
  await waitUntil('no entries', async () => (await ada.text('dialog')).includes('Nothing has that'))
  await press('Enter')
  expect(await ada.count('dialog[open]')).toBe(1)
})

test('a question mark shows the keys, but not while somebody writes', async () => {
  await ada.focuses('Message')
  await press('?')
  expect(await ada.count('dialog[open]')).toBe(0)
  await press('Shift', 'Tab')
  await press('?')
  await waitUntil('the keys', async () => (await ada.text('dialog h2')) === 'Keyboard')
  expect(await violations(ada.page)).toEqual([])
})

test('axe finds nothing in it', async () => {
  await goTo('a', 'general')
  expect(await violations(ada.page)).toEqual([])
})

test('any emoji is found by its name, and becomes a reaction', async () => {
  await ada.send('hello')
  await ada.shows('hello')
  await press('Shift', 'Tab')
  while ((await ada.focused()) !== 'Messages') await press('Shift', 'Tab')
  await press('ArrowUp')
  await ada.focuses('hello')
  await press('+')
  await ada.click('More emoji')
  await ada.focuses('Search emoji')
  await waitUntil('the list', async () => (await ada.count('[frimousse-emoji]')) > 20)
  // The library numbers its rows from 0, and finds them by that number.
  const found = await violations(ada.page)
  expect(found.filter((one) => !one.includes('frimousse-row'))).toEqual([])
  await ada.page.type('hedgehog')
  await waitUntil('it', async () => (await ada.count('[aria-label=Hedgehog][data-active]')) === 1)
  await press('Enter')
  await waitUntil('the reaction', async () => (await ada.text('.reactions')).includes('🦔'))
  await ada.focuses('hello')
  expect(
    await ada.page.evaluate(() => document.querySelector('.chip')?.getAttribute('aria-label') ?? ''),
  ).toBe('🦔, 1: you')
})
