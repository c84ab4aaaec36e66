import { waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { WEB_CHAT } from '../integration/roomful-command'
import { violations } from './axe'
import { ChatPage } from './chat-page'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'

let browser: TestBrowser
let server: TestServer
let ada: ChatPage
let ben: ChatPage
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())
beforeEach(async () => {
  server = await createTestServer({ static: WEB_CHAT })
  ada = await ChatPage.join(browser, server.url, 'Ada')
  ben = await ChatPage.join(browser, server.url, 'Ben')
})
afterEach(async () => {
  expect([await ada.errors(), await ben.errors()]).toEqual([[], []])
  await ada.context.close()
  await ben.context.close()
  await server.close()
})

/** As "Settings" shows it to them. */
async function idOf(person: ChatPage): Promise<string> {
  await person.click('Settings')
  await person.has('dialog input[readonly]')
  const id = await person.page.evaluate(
    () => document.querySelector<HTMLInputElement>('dialog input[readonly]')?.value ?? '',
  )
  await person.click('Close')
  return id
}

async function newPrivateRoom(person: ChatPage, name: string): Promise<void> {
  await person.click('New room')
  await person.fill('Room name', name)
  await person.page.evaluate(() =>
    [...document.querySelectorAll<HTMLInputElement>('dialog input[type=radio]')].at(-1)?.click(),
  )
  await person.click('Create room')
  await waitUntil('the room', async () => (await person.text('h1')) === name)
  await person.live()
}

test('who made a private room invites somebody by id, and nobody learns who has an account', async () => {
  const id = await idOf(ben)
  // Who shares no room with her is asked, and not just added.
  await ben.click('Members')
  await ben.click('Leave this room')
  await ben.click('Leave this room')
  await waitUntil('the end', async () => (await ben.count('dialog[open]')) === 0)
  await newPrivateRoom(ada, 'Vault')
  await ada.click('Link to this room')
  await ada.fill('Name or id of a person', 'nobody_has_this')
  expect(await violations(ada.page)).toEqual([])
  await ada.click('Invite')
  await ada.says('.notice', 'Invited nobody_has_this.')
  await ada.fill('Name or id of a person', id)
  await ada.click('Invite')
  await ada.says('.notice', 'Invited ')
  await ben.says('.invitations', 'Ada invites you to Vault')
  await ben.click('Accept')
  await waitUntil('the room', async () => (await ben.text('h1')) === 'Vault')
})

test('who shares a room is found by name, with the keyboard alone; what cannot be an id is refused in words', async () => {
  await ben.send('hello')
  await ada.shows('hello')
  await newPrivateRoom(ada, 'Vault')
  await ada.click('Link to this room')
  await ada.fill('Name or id of a person', 'no such id')
  await ada.page.press('Enter')
  await ada.says('dialog [role=alert]', 'That is no id')
  await ada.fill('Name or id of a person', 'be')
  await ada.says('dialog .picker', 'Ben')
  await ada.page.press('Tab')
  await ada.focuses('Invite Ben')
  expect(await violations(ada.page)).toEqual([])
  await ada.page.press('Enter')
  await ada.says('.notice', 'Ben')
  await ada.focuses('')
  // They have shared a room, or had to be asked first.
  await waitUntil('the room at Ben', async () => (await ben.text('aside')).includes('Vault'))
})

test('a block asks first; "Settings" lists it, and lifts it', async () => {
  await ben.send('hello')
  await ada.shows('hello')
  await ada.click('Members')
  await ada.has('dialog .person')
  await ada.page.evaluate(() => document.querySelector<HTMLElement>('dialog .person')?.click())
  await ada.click('Block')
  await ada.click('Cancel')
  expect(await ada.count('.notice')).toBe(0)
  await ada.click('Block')
  expect(await violations(ada.page)).toEqual([])
  await ada.click('Block Ben')
  await ada.says('.notice', 'Ben is blocked')
  await ada.click('Close')
  await ada.click('Settings')
  await ada.has('dialog .picker-row')
  expect(await violations(ada.page)).toEqual([])
  await ada.click('Unblock Ben')
  await ada.says('.notice', 'Ben is not blocked any more.')
  await ada.says('dialog [aria-labelledby]', 'Nobody is blocked.')
  await ada.click('Close')
  await ada.click('Settings')
  await ada.says('dialog section', 'Nobody is blocked.')
})

test('of an invitation too a block asks first, and more blocks than a page are all listed', async () => {
  const { userId, token } = await ada.page.evaluate(
    () =>
      (({ token: kept, user }) => ({ token: kept, userId: user.id }))(
        JSON.parse(localStorage.getItem('roomful.identity') ?? '{}'),
      ) as { userId: string; token: string },
  )
  const self = await createTestClient({ url: server.url, token: async () => token }, userId)
  for (let n = 10; n < 31; n++) await self.blockUser(`troll_${n}`)
  await self.close()
  const mallory = await createTestClient(server, { id: 'mallory', name: 'Mallory' })
  // Who shares a room with her could add her at once.
  await mallory.leaveRoom('general')
  const room = await mallory.createRoom({ name: 'Trap', type: 'private' })
  await mallory.request('add-member', { roomId: room.id, userId })
  await mallory.close()
  await ada.click('Block Mallory')
  expect(await violations(ada.page)).toEqual([])
  await ada.click('Cancel')
  await ada.says('.invitations', 'Mallory invites you to Trap')
  await ada.click('Block Mallory')
  await waitUntil('the question', async () => (await ada.count('dialog[open]')) === 1)
  await ada.click('Block Mallory')
  await waitUntil('no invitation', async () => (await ada.count('.invitations')) === 0)
  await ada.click('Settings')
  await ada.has('dialog .picker-row')
  await ada.click('More')
  await waitUntil('all of them', async () => (await ada.count('dialog .picker-row')) === 22)
  await ada.click('Unblock Mallory')
  await waitUntil('one fewer', async () => (await ada.count('dialog .picker-row')) === 21)
  expect(await ada.text('dialog .picker')).toContain('troll_30')
})
