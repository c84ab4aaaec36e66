import { waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { WEB_CHAT } from '../integration/roomful-command'
import { violations } from './axe'
import { ChatPage } from './chat-page'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'
import { clickOn, pointAtRow } from './user-input'

let browser: TestBrowser
let server: TestServer
let ada: ChatPage
let ben: ChatPage
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())
/** Ada owns the room, Ben is in it. */
beforeEach(async () => {
  server = await createTestServer({ static: WEB_CHAT })
  ada = await ChatPage.join(browser, server.url, 'Ada')
  ben = await ChatPage.join(browser, server.url, 'Ben')
  await ada.click('New room')
  await ada.fill('Room name', 'Garden')
  await ada.click('Create room')
  await waitUntil('the room', async () => (await ada.text('h1')) === 'Garden')
  await ada.live()
  const hash = await ada.page.evaluate(() => location.hash)
  await ben.page.evaluate((to) => {
    location.hash = to
  }, hash)
  await ben.click('Join this room')
  await ben.live()
})
afterEach(async () => {
  expect([await ada.errors(), await ben.errors()]).toEqual([[], []])
  await ada.context.close()
  await ben.context.close()
  await server.close()
})

/** In the dialog of members. */
async function openProfile(): Promise<void> {
  await waitUntil('no profile, and him in the list', async () => {
    const [profiles, people] = [await ada.count('dialog .profile'), await ada.count('dialog .person')]
    return profiles === 0 && people === 1
  })
  await ada.page.evaluate(() => (document.querySelector('dialog .person') as HTMLElement).click())
  await waitUntil('the profile', async () => (await ada.count('dialog .profile')) === 1)
}

async function profileOfBen(): Promise<void> {
  await ada.click('Members')
  await openProfile()
}

test('a new name and a topic are seen by all', async () => {
  await ada.click('Room settings')
  await ada.fill('Room name', 'The garden')
  await ada.fill('Topic', 'Roses & more')
  expect(await violations(ada.page)).toEqual([])
  await ada.click('Save')
  await ben.says('h1', 'The garden')
  await ben.says('.room-title', 'Roses & more')
})

test('an archived room takes no messages, until it is opened again', async () => {
  await ada.click('Room settings')
  await ada.click('Archive this room')
  await ada.click('Archive this room')
  await ben.says('.composer-closed', 'This room is archived')
  await ada.click('Open the room again')
  await ben.has('textarea')
})

test('in slow mode a member counts down to the next message, and who moderates does not', async () => {
  await ada.click('Room settings')
  await ada.has('dialog select')
  await ada.page.evaluate(() => {
    const field = document.querySelector('dialog select') as HTMLSelectElement
    field.value = '60'
    field.dispatchEvent(new Event('change', { bubbles: true }))
  })
  await ada.click('Close')
  await ben.send('one')
  await ben.says('.composer-note', 'Slow mode: you can send the next message in')
  await ada.send('two')
  await ada.shows('two')
  expect(await ada.count('.composer-note')).toBe(0)
})

test('who is muted reads for how long, and writes again when it ends', async () => {
  await profileOfBen()
  expect(await violations(ada.page)).toEqual([])
  await ada.click('Mute for one hour')
  await ben.says('.composer-closed', 'You are muted in this room. You can write again in')
  await openProfile()
  await ada.click('End the mute')
  await ben.has('textarea')
})

test('who is removed may come back, who is banned may not', async () => {
  await profileOfBen()
  await ada.click('Remove')
  await ben.says('main', 'You were removed from this room')
  await ben.click('Join this room')
  await ben.live()
  await openProfile()
  await ada.fill('Reason, for the record', 'advertising')
  await ada.click('Ban')
  await ben.says('main', 'You are banned from this room')
  expect(await ben.text('main')).not.toContain('Join this room')
})

test('a ban is undone at once, or lifted later from the list of members', async () => {
  await profileOfBen()
  await ada.keepNotices()
  await ada.click('Ban')
  await ben.says('main', 'You are banned from this room')
  await ada.says('dialog section', 'Banned from this room')
  await ada.click('Undo')
  await ada.says('.notice', 'Ben may come in again.')
  await waitUntil('no list', async () => (await ada.count('dialog section')) === 0)
  await ben.page.reload()
  await ben.click('Join this room')
  await ben.live()
  await openProfile()
  await ada.click('Ban')
  await ben.says('main', 'You are banned from this room')
  // He may know it first; until then her "Close" is that of his profile.
  await waitUntil('the profile to go', async () => (await ada.count('dialog .profile')) === 0)
  await ada.click('Close')
  await ada.click('Members')
  await ada.says('dialog section', 'Ben')
  expect(await violations(ada.page)).toEqual([])
  await ada.click('Lift the ban of Ben')
  await ada.says('.notice', 'Ben may come in again.')
  await waitUntil('no list', async () => (await ada.count('dialog section')) === 0)
})

test('a mute that has ended is shown no more', async () => {
  await profileOfBen()
  await ada.click('Mute for one hour')
  await ada.says('dialog .person', 'muted')
  await ada.click('Close')
  await ada.page.evaluate(() => {
    const now = Date.now
    Date.now = () => now() + 2 * 60 * 60_000
  })
  await ada.click('Members')
  await openProfile()
  expect(await ada.text('dialog .person')).not.toContain('muted')
  expect(await ada.text('dialog .profile')).not.toContain('muted')
  expect(await ada.text('dialog section .button-row')).toContain('Mute for one hour')
})

test('a report reaches those who moderate, who delete the message or leave it', async () => {
  const roomId = await ada.page.evaluate(() => decodeURIComponent(location.hash.split('/').at(-1) ?? ''))
  const cleo = await createTestClient(server, { id: 'cleo', name: 'Cleo' })
  const room = await cleo.joinRoom(roomId)
  for (const text of ['one bad word', 'another one']) await room.send(text)
  await cleo.close()
  await ben.shows('one bad word')
  // A row that comes moves the others away from the pointer.
  await ben.shows('another one')
  for (const text of ['one bad word', 'another one']) {
    await pointAtRow(ben.page, text)
    await clickOn(ben.page, { role: 'button', name: 'Report message', inRow: text })
    await ben.fill('What is wrong with it', `about: ${text}`)
    await ben.click('Report')
    // Closed by the answer: the notice of the first report may still be there.
    await waitUntil('the answer', async () => (await ben.count('dialog[open]')) === 0)
    await ben.says('.notice', 'Reported.')
  }
  await ada.click('Reported messages')
  await waitUntil('both', async () => (await ada.count('.report')) === 2)
  expect(await violations(ada.page)).toEqual([])
  await ada.click('Delete it')
  await waitUntil('the first to be gone', async () => !(await ben.texts()).includes('one bad word'))
  await waitUntil('one', async () => (await ada.count('.report')) === 1)
  await ada.click('Leave it')
  await ada.says('dialog', 'Nothing is reported.')
  expect(await ben.texts()).toContain('another one')
})
