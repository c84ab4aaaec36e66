import { waitUntil } from '@roomful/testing'
import { createTestServer, type TestServer } from '@roomful/testing/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WEB_CHAT } from '../integration/roomful-command'
import { ChatPage } from './chat-page'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'
import { onDisk } from './on-disk'
import { clickOn, pointAtRow } from './user-input'

let browser: TestBrowser
let server: TestServer
beforeAll(async () => {
  browser = await launchBrowser()
  server = await createTestServer({ static: WEB_CHAT, defaultRooms: ['general', 'garden'] })
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})

const goTo = (chat: ChatPage, room: string): Promise<void> =>
  chat.page.evaluate((id) => {
    location.hash = `#/rooms/${id}`
  }, room)
const fieldOf = (chat: ChatPage): Promise<string> =>
  chat.page.evaluate(() => document.querySelector('textarea')?.value ?? '')

test('a room with a draft says so on the list, and text and reply are there after a reload', async () => {
  await using ada = await ChatPage.join(browser, server.url, 'Ada')
  await goTo(ada, 'garden')
  await waitUntil('the garden', async () => (await ada.text('h1')) === 'garden')
  await ada.live()
  await ada.send('what blooms now?')
  await ada.shows('what blooms now?')
  await pointAtRow(ada.page, 'what blooms now?')
  await clickOn(ada.page, { role: 'button', name: 'Reply', inRow: 'what blooms now?' })
  await ada.says('.composer-context', 'what blooms now?')
  await ada.fill('Message', 'roses and')
  expect(await ada.count('[data-draft]')).toBe(0)

  await goTo(ada, 'general')
  await ada.says('[data-room=garden] [data-draft]', 'Draft: roses and')
  await waitUntil('it to be on disk', async () => (await onDisk(ada.page)).rooms?.includes('roses and"'))
  await ada.reload()
  await ada.says('[data-room=garden] [data-draft]', 'Draft: roses and')

  await goTo(ada, 'garden')
  await waitUntil('the text', async () => (await fieldOf(ada)) === 'roses and')
  await ada.says('.composer-context', 'what blooms now?')
  await ada.reload()
  await waitUntil('the text', async () => (await fieldOf(ada)) === 'roses and')
  await ada.says('.composer-context', 'what blooms now?')

  await ada.page.press('Enter')
  await ada.shows('roses and')
  expect(await ada.text('.quote')).toContain('what blooms now?')
  await ada.reload()
  await ada.shows('roses and')
  expect(await ada.count('.composer-context, [data-draft]')).toBe(0)
  expect(await ada.errors()).toEqual([])
})

test('one browser is several people, each in the tabs that they are switched to', async () => {
  await using ada = await ChatPage.join(browser, server.url, 'Ada')
  const isPerson = (name: string) =>
    waitUntil(`the tab of ${name}`, async () => (await ada.text('.account bdi')) === name)
  const openSwitch = async () => {
    await ada.page.evaluate(() => document.querySelector<HTMLElement>('.account')?.click())
    await ada.has('dialog[open]')
  }
  await openSwitch()
  await ada.fill('Name of the person', 'Sam')
  await ada.click('In this tab')
  await isPerson('Sam')
  await ada.live()
  await ada.send('I am Sam')
  await ada.shows('I am Sam')

  await openSwitch()
  await ada.click('Switch to Ada')
  await isPerson('Ada')
  await ada.shows('I am Sam')
  await openSwitch()
  await ada.click('Switch to Sam')
  await isPerson('Sam')
  expect(await ada.errors()).toEqual([])
})
