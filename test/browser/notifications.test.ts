import { waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { WEB_CHAT } from '../integration/roomful-command'
import { ChatPage } from './chat-page'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'

let browser: TestBrowser
let server: TestServer
let ada: ChatPage
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())
/** The browser's own dialog cannot be answered here, so its interface stands in: what was asked for, and what was shown. */
beforeEach(async () => {
  server = await createTestServer({ static: WEB_CHAT })
  ada = await ChatPage.join(browser, server.url, 'Ada')
  await ada.page.evaluate(() => {
    const shown: string[] = []
    class Shown {
      static permission = 'default'
      static requestPermission = async () => {
        Shown.permission = (window as unknown as { answer?: string }).answer ?? 'granted'
        return Shown.permission
      }
      constructor(title: string, { body, tag }: { body: string; tag: string }) {
        shown.push(`${tag}: ${title}: ${body}`)
      }
      close() {}
    }
    Object.assign(window, { Notification: Shown, shown })
  })
})
afterEach(async () => {
  expect(await ada.errors()).toEqual([])
  await ada.context.close()
  await server.close()
})

const shown = (): Promise<readonly string[]> =>
  ada.page.evaluate(() => (window as unknown as { shown: string[] }).shown)
const hide = (isHidden: boolean): Promise<void> =>
  ada.page.evaluate((to) => {
    Object.defineProperty(document, 'hidden', { value: to, configurable: true })
  }, isHidden)

test('while nobody looks, each new message of others is shown, of rooms that are not silent', async () => {
  await ada.set('While I am not here')
  const ben = await createTestClient(server, { id: 'ben', name: 'Ben' })
  const general = ben.room('general')
  await general.send('seen')
  await ada.shows('seen')
  await ada.page.evaluate(() => {
    location.hash = '#/'
  })
  await hide(true)
  await general.send('unseen')
  await waitUntil('it', async () => (await shown()).length === 1)
  expect(await shown()).toEqual(['general: Ben in general: unseen'])

  await hide(false)
  await ada.page.evaluate(() => {
    location.hash = '#/rooms/general'
  })
  await ada.click('Notifications of this room')
  await hide(true)
  await general.send('silent')
  await ada.shows('silent')
  expect(await shown()).toHaveLength(1)
  await ben.close()
})

test('unless the browser allows them they stay off, and that is said', async () => {
  await ada.page.evaluate(() => {
    Object.assign(window, { answer: 'denied' })
  })
  await ada.click('Settings')
  await ada.press('While I am not here')
  await ada.says('.notice', 'The browser does not allow notifications')
  expect(await ada.page.evaluate(() => localStorage.getItem('roomful.preferences'))).toBe(null)
})

test('the title, and the icon of the tab, say that something is unread', async () => {
  const ben = await createTestClient(server, 'ben')
  const other = await ben.createRoom({ name: 'Other', type: 'public' })
  await ada.page.evaluate((id) => {
    location.hash = `#/rooms/${id}`
  }, other.id)
  await ada.click('Join this room')
  await ada.live()
  await ben.room('general').send('over here')
  await waitUntil('the title', () => ada.page.evaluate(() => document.title === '(1) Roomful'))
  expect(
    await ada.page.evaluate(() => document.querySelector<HTMLLinkElement>('link[rel=icon]')?.href ?? ''),
  ).toContain('icon-unread.svg')
  await ben.close()
})
