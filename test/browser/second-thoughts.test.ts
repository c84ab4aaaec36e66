import { waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WEB_CHAT } from '../integration/roomful-command'
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

const clickInRow = async (text: string, name: string): Promise<void> => {
  await pointAtRow(ada.page, text)
  await clickOn(ada.page, { role: 'button', name, inRow: text })
}

describe('a deletion', () => {
  test('can be undone, and then the others have never seen it', async () => {
    await ada.send('still here')
    await ben.shows('still here')
    await ada.keepNotices()
    await clickInRow('still here', 'Delete message')
    await waitUntil('it to look deleted', async () => (await ada.texts())[0] === null)
    await ada.click('Undo')
    await ada.shows('still here')
    await ben.send('and now')
    await ada.shows('and now')
    expect(await ben.texts()).toEqual(['still here', 'and now'])
  })

  test('is done at once when its notice is dismissed, when another follows, and when the page is left', async () => {
    for (const text of ['one', 'two', 'three']) await ada.send(text)
    await ben.settlesAs(['one', 'two', 'three'])
    await clickInRow('one', 'Delete message')
    await clickInRow('two', 'Delete message')
    await waitUntil('the first to be gone', async () => (await ben.texts())[0] === null)
    await ada.page.reload()
    await waitUntil('the second to be gone', async () => (await ben.texts())[1] === null)
    expect((await ben.texts())[2]).toBe('three')
  })
})

describe('a message that was refused', () => {
  const tooLong = 'long '.repeat(2_000).trim()

  beforeEach(async () => {
    await ada.page.evaluate((text) => {
      const field = document.querySelector('textarea') as HTMLTextAreaElement
      Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')?.set?.call(field, text)
      field.dispatchEvent(new Event('input', { bubbles: true }))
    }, tooLong)
    await ada.click('Send')
    await ada.shows(tooLong, 'failed')
  })

  test('becomes the text of the field again, before what is there', async () => {
    await ada.fill('Message', 'and this')
    await clickInRow(tooLong, 'Edit')
    await waitUntil('the text', () =>
      ada.page.evaluate((text) => document.querySelector('textarea')?.value === `${text}\nand this`, tooLong),
    )
    expect(await ada.rows()).toEqual([])
    await ada.focuses('Message')
  })

  test('that was discarded can be brought back', async () => {
    await ada.keepNotices()
    await clickInRow(tooLong, 'Discard')
    await ada.click('Undo')
    await ada.shows(tooLong, 'failed')
  })
})

test('a notice is seen and can be dismissed over an open dialog', async () => {
  await ada.click('Members')
  await waitUntil('both', async () => (await ada.count('dialog li')) === 2)
  await ada.keepNotices()
  await ada.context.setOffline(true)
  await ada.click('Message Ben')
  await ada.has('dialog .notice')
  await ada.click('Dismiss')
  await waitUntil('it to go', async () => (await ada.count('.notice')) === 0)
  await ada.context.setOffline(false)
})

test('who signs out by mistake stays', async () => {
  await ada.click('Sign out')
  await ada.has('dialog[open]')
  await ada.click('Cancel')
  await ada.send('still Ada')
  await ben.shows('still Ada')
})

test('an owner leaves by handing the room over', async () => {
  await ada.click('New room')
  await ada.fill('Room name', 'Garden')
  await ada.click('Create room')
  await waitUntil('the room', async () => (await ada.text('h1')) === 'Garden')
  await ada.live()
  const roomId = await ada.page.evaluate(() => decodeURIComponent(location.hash.split('/').at(-1) ?? ''))
  await ben.page.evaluate((id) => {
    location.hash = `#/rooms/${id}`
  }, roomId)
  await ben.click('Join this room')
  await ben.live()
  await ada.click('Members')
  await waitUntil('both', async () => (await ada.count('dialog li')) === 2)
  await ada.click('Leave this room')
  await ada.choose('BBen')
  await ada.click('Hand over and leave')
  await waitUntil(
    'the room to leave the list',
    async () => (await ada.count(`[data-room="${roomId}"]`)) === 0,
  )
  await ben.click('Members')
  await waitUntil('the new owner', async () => (await ben.text('dialog')).includes('owner'))
})

describe('what became of a room says the page', () => {
  test.each([
    ['kick-member', 'You were removed from this room'],
    ['ban-member', 'You are banned from this room'],
  ] as const)('%s', async (event, title) => {
    const owner = await createTestClient(server, 'owner')
    const room = await owner.createRoom({ name: 'Garden', type: 'public' })
    await ben.page.evaluate((id) => {
      location.hash = `#/rooms/${id}`
    }, room.id)
    await waitUntil('not in it', async () => (await ben.text('main')).includes('You are not in this room'))
    expect(await ben.text('main')).not.toContain(room.id)
    await ben.click('Join this room')
    await ben.live()
    const userId = await ben.page.evaluate(
      () => JSON.parse(localStorage.getItem('roomful.identity') ?? '{}').user.id as string,
    )
    if (event === 'ban-member') await owner.request('ban-member', { roomId: room.id, userId })
    else await owner.request('remove-member', { roomId: room.id, userId })
    await waitUntil(title, async () => (await ben.text('main')).includes(title))
    await owner.close()
  })
})

test('offline is said at once, with what waits', async () => {
  await ada.context.setOffline(true)
  await ada.says('[data-testid=connection]', 'You are offline.')
  await ada.send('later')
  await ada.says('[data-testid=connection]', 'One change waits to be sent.')
  await ada.context.setOffline(false)
  await ben.shows('later')
})
