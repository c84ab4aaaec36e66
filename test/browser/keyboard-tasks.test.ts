import { waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WEB_CHAT } from '../integration/roomful-command'
import { ChatPage } from './chat-page'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'
import { KeyboardUser } from './keyboard-focus'

let browser: TestBrowser
let server: TestServer
beforeAll(async () => {
  browser = await launchBrowser()
  server = await createTestServer({ static: WEB_CHAT })
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})

test('everything can be done with the keyboard alone, from signing in to signing out', async () => {
  await using ada = await ChatPage.open(browser, server.url)
  const keys = new KeyboardUser(ada)
  const isIn = (room: string) =>
    waitUntil(`the room ${room}`, async () => (await ada.text('h1')) === room && (await ada.live()))
  const dialog = (isOpen: boolean) =>
    waitUntil(`dialog: ${isOpen}`, async () => (await ada.count('dialog[open]')) > 0 === isOpen)
  const goTo = async (where: string) => {
    await keys.press('Control', 'k')
    await keys.gets('Rooms, people, commands')
    await keys.type(where)
    await waitUntil(`"${where}" found`, async () => (await ada.text('[aria-selected=true]')).includes(where))
    await keys.press('Enter')
  }

  // Sign in.
  await keys.gets('Your name')
  await keys.type('Ada')
  await keys.press('Enter')
  await isIn('general')
  await keys.gets('Message')

  // Make a room.
  await goTo('New room')
  await keys.gets('Room name')
  await keys.type('Garden')
  await keys.press('Enter')
  await isIn('Garden')
  await keys.gets('Message')
  const id = decodeURIComponent((await ada.page.evaluate(() => location.hash)).replace('#/rooms/', ''))
  const ben = await createTestClient(server, { id: 'ben', name: 'Ben' })
  await ben.joinRoom(id)
  await ben.room(id).open()
  await ben.room(id).send('hello from Ben')
  await ada.shows('hello from Ben')

  // Send, also several lines.
  await keys.type('one')
  await keys.press('Enter')
  await ada.shows('one')
  await keys.type('two')
  await keys.press('Shift', 'Enter')
  await keys.type('lines')
  await keys.press('Enter')
  await waitUntil('both lines', async () =>
    (await ada.texts()).some((text) => text !== null && /^two\s*lines$/.test(text)),
  )

  // Reply, and edit.
  await keys.goTo('hello from Ben')
  await keys.press('r')
  await keys.gets('Message')
  await keys.type('an answer')
  await keys.press('Enter')
  await ada.shows('an answer')
  expect(await ada.text('.quote')).toContain('hello from Ben')
  await keys.press('ArrowUp')
  await ada.has('textarea[placeholder="Edit the message"]')
  await keys.type(', really')
  await keys.press('Enter')
  await ada.shows('an answer, really')

  // React, with any emoji.
  await keys.goTo('hello from Ben')
  await keys.press('+')
  await keys.gets('React with thumbs up')
  await keys.tabTo('More emoji')
  await keys.press('Enter')
  await keys.gets('Search emoji')
  await keys.type('rocket')
  await waitUntil('the rocket', async () => (await ada.text('.emoji-footer')).includes('🚀'))
  await keys.press('Enter')
  await ada.says('.reactions', '🚀')
  await keys.gets('hello from Ben')

  // Delete, and take that back: by its key, and by the button.
  await ada.keepNotices()
  await keys.goTo('one')
  await keys.press('Delete')
  await waitUntil('it to look deleted', async () => !(await ada.texts()).includes('one'))
  await keys.press('Control', 'z')
  await ada.shows('one')
  await keys.gets('one')
  await keys.press('Enter')
  await keys.tabTo('Delete message')
  await keys.press('Enter')
  await waitUntil('it to look deleted', async () => !(await ada.texts()).includes('one'))
  await keys.tabTo('Undo')
  await keys.press('Enter')
  await ada.shows('one')

  // Pin, and report.
  await keys.goTo('hello from Ben')
  await keys.press('Enter')
  await keys.tabTo('Pin message')
  await keys.press('Enter')
  await ada.says('.pin-bar', 'hello from Ben')
  await keys.tabTo('Report message')
  await keys.press('Enter')
  await keys.gets('What is wrong with it')
  await keys.type('too friendly')
  await keys.press('Enter')
  await ada.says('.notice', 'Reported.')

  // To a message by its number, and to another room and back.
  await keys.tabTo('Messages', 'back')
  await keys.press('g')
  await keys.gets('Day')
  await keys.tabTo('Or its number')
  await keys.type('2')
  await keys.press('Enter')
  await waitUntil('a message with the focus', () =>
    ada.page.evaluate(() => document.activeElement?.matches('article[data-seq="2"]') === true),
  )
  await goTo('general')
  await isIn('general')
  await keys.gets('Message')
  await goTo('Garden')
  await isIn('Garden')
  await keys.gets('Message')

  // Members: mute, and remove.
  await keys.tabTo('Members', 'back')
  await keys.press('Enter')
  await dialog(true)
  await keys.tabTo('Ben')
  await keys.press('Enter')
  await keys.gets('Message')
  await keys.tabTo('Mute for 10 minutes')
  await keys.press('Enter')
  await ada.says('.notice', 'Ben is muted')
  await keys.tabTo('Ben')
  await keys.press('Enter')
  await keys.gets('Message')
  await keys.tabTo('Remove')
  await keys.press('Enter')
  await ada.says('.notice', 'Ben was removed.')
  await waitUntil('Ada alone', async () => (await ada.count('dialog .person')) === 0)
  await keys.tabTo('Close')
  await keys.press('Enter')
  await dialog(false)
  await keys.gets('Members')

  // The room's name and topic.
  await keys.tabTo('Room settings', 'back')
  await keys.press('Enter')
  await keys.gets('Room name')
  await keys.press('End')
  await keys.type(' of roses')
  await keys.tabTo('Topic')
  await keys.type('Roses')
  await keys.press('Enter')
  await isIn('Garden of roses')
  await ada.says('.room-title', 'Roses')
  await keys.press('Escape')
  await dialog(false)
  await keys.gets('Room settings')

  // Theme and notifications.
  await keys.tabTo('Settings', 'back')
  await keys.press('Enter')
  await keys.gets('As the system')
  await keys.press('ArrowRight')
  await keys.press('ArrowRight')
  await keys.gets('Dark')
  await waitUntil('the dark theme', () =>
    ada.page.evaluate(() => document.documentElement.dataset.theme === 'dark'),
  )
  await keys.tabTo('None')
  await keys.press('ArrowRight')
  await keys.press('Escape')
  await dialog(false)
  await keys.gets('Settings')

  // Sign out.
  await keys.tabTo('Sign out')
  await keys.press('Enter')
  await keys.gets('Cancel')
  await keys.tabTo('Sign out')
  await keys.press('Enter')
  await keys.gets('Your name')
  await ben.close()
  expect(await ada.errors()).toEqual([])
})
