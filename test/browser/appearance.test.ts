import { waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
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
  await ada.send('hello from Ada')
  await ben.send('hello from Ben')
  await ada.shows('hello from Ben')
})
afterEach(async () => {
  expect([await ada.errors(), await ben.errors()]).toEqual([[], []])
  await ada.context.close()
  await ben.context.close()
  await server.close()
})

/** The left edge of a message's text. */
const leftOf = (chat: ChatPage, text: string): Promise<number> =>
  chat.page.evaluate((wanted) => {
    const content = [...document.querySelectorAll('[data-testid=content]')]
    return content.find((one) => one.textContent === wanted)?.getBoundingClientRect().left ?? Number.NaN
  }, text)
const ground = (chat: ChatPage): Promise<string> =>
  chat.page.evaluate(() => getComputedStyle(document.body).backgroundColor)

describe('settings', () => {
  test('a theme holds after a reload, and in the other tabs', async () => {
    const light = await ground(ada)
    const second = await ada.openTab()
    await ada.set('Dark')
    await waitUntil('the other colours', async () => (await ground(ada)) !== light)
    const dark = await ground(ada)
    await waitUntil('the other tab to follow', async () => (await ground(second)) === dark)
    await ada.reload()
    expect(await ground(ada)).toBe(dark)
  })

  test('a list has all messages on one side; with bubbles own ones are on the other', async () => {
    expect(await leftOf(ada, 'hello from Ada')).toBe(await leftOf(ada, 'hello from Ben'))
    await ada.set('Bubbles')
    expect(await leftOf(ada, 'hello from Ada')).toBeGreaterThan((await leftOf(ada, 'hello from Ben')) + 100)
  })

  test.each(['Light', 'Dark'])('axe finds nothing in the dialog and in the room: %s', async (theme) => {
    await ada.set(theme)
    expect(await violations(ada.page)).toEqual([])
    await ada.click('Settings')
    expect(await violations(ada.page)).toEqual([])
  })
})

test('in a language that is written from right to left nothing covers anything', async () => {
  for (const layout of ['List', 'Bubbles']) {
    await ada.set(layout)
    const overlaps = await ada.page.evaluate(() => {
      document.documentElement.dir = 'rtl'
      const boxes = (row: Element) =>
        ['.gutter', '.body']
          .map((part) => row.querySelector(part)?.getBoundingClientRect())
          .filter((box) => box !== undefined && box.width > 0)
      return [...document.querySelectorAll('article')].filter((row) => {
        const [first, second] = boxes(row)
        return first && second && first.left < second.right && second.left < first.right
      }).length
    })
    expect([layout, overlaps]).toEqual([layout, 0])
    const [adas, bens] = [await leftOf(ada, 'hello from Ada'), await leftOf(ada, 'hello from Ben')]
    if (layout === 'Bubbles') expect(adas).toBeLessThan(bens - 100)
    await ada.page.evaluate(() => {
      document.documentElement.dir = 'ltr'
    })
  }
})

test('the name of a person, however long, leaves the buttons in the dialog', async () => {
  const long = await createTestClient(server, { id: 'long', name: 'n'.repeat(100) })
  await waitUntil('three members', async () => (await ada.text('[data-testid=room-state]')) === '3 members')
  await long.close()
  await ada.click('Members')
  await waitUntil('all of them', async () => (await ada.count('dialog li')) === 3)
  const outside = await ada.page.evaluate(() => {
    const right = document.querySelector('dialog')?.getBoundingClientRect().right ?? 0
    return [...document.querySelectorAll('dialog li button')].filter(
      (button) => button.getBoundingClientRect().right > right,
    ).length
  })
  expect(outside).toBe(0)
})
