import { waitUntil } from '@roomful/testing'
import { createTestServer, type TestServer } from '@roomful/testing/node'
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

type Seen = { readonly texts: readonly string[]; readonly own: readonly string[]; readonly name: string }

/** What the frame of this title shows: all messages, own ones, and who is signed in. Undefined: it is not there yet. */
const seen = (chat: ChatPage, title: string): Promise<Seen | undefined> =>
  chat.page.evaluate((wanted) => {
    const frame = document.querySelector<HTMLIFrameElement>(`iframe[title="${wanted}"]`)
    const page = frame?.contentDocument
    if (!page?.querySelector('[data-room-status=live]')) return undefined
    const texts = (rows: string) =>
      [...page.querySelectorAll(`${rows} [data-testid=content]`)].map(({ textContent }) => textContent ?? '')
    return {
      texts: texts('article'),
      own: texts('article[data-own=true]'),
      name: page.querySelector('.sidebar-footer bdi')?.textContent ?? '',
    }
  }, title)

/** Writes and sends in a frame. */
const sendIn = (chat: ChatPage, title: string, text: string): Promise<void> =>
  chat.page.evaluate(
    ([wanted, content]) => {
      const frame = document.querySelector<HTMLIFrameElement>(`iframe[title="${wanted}"]`)
      const field = frame?.contentDocument?.querySelector<HTMLTextAreaElement>('form.composer textarea')
      const view = frame?.contentWindow as (Window & typeof globalThis) | null
      if (!field || !view) throw new Error('no composer')
      // React listens to the setter of the field.
      const { set } = Object.getOwnPropertyDescriptor(view.HTMLTextAreaElement.prototype, 'value') ?? {}
      set?.call(field, content)
      field.dispatchEvent(new view.Event('input', { bubbles: true }))
      field.form?.requestSubmit()
    },
    [title, text] as const,
  )

test('a second person beside me writes, is read, and is still the same after a reload', async () => {
  await using ada = await ChatPage.join(browser, server.url, 'Ada')
  await ada.send('before')
  await ada.shows('before')
  await ada.click('A second person beside me')
  const both = () =>
    waitUntil('both frames', async () => {
      const [mine, sams] = [await seen(ada, 'You'), await seen(ada, 'Sam')]
      return mine && sams ? { mine, sams } : false
    })
  const { mine, sams } = await both()
  expect([mine.name, sams.name]).toEqual(['Ada', 'Sam'])
  expect(await violations(ada.page)).toEqual([])

  await sendIn(ada, 'Sam', 'from beside')
  await waitUntil('it to come over', async () => (await seen(ada, 'You'))?.texts.includes('from beside'))
  expect((await seen(ada, 'You'))?.own).toEqual(['before'])
  expect((await seen(ada, 'Sam'))?.own).toEqual(['from beside'])

  await ada.page.reload()
  await both()
  expect((await seen(ada, 'You'))?.own).toEqual(['before'])
  expect((await seen(ada, 'Sam'))?.own).toEqual(['from beside'])

  await ada.click('Close')
  await ada.live()
  await ada.settlesAs(['before', 'from beside'])
  expect(await ada.errors()).toEqual([])
})

test('a tab is another person by its address, until they sign out', async () => {
  await using ada = await ChatPage.join(browser, server.url, 'Ada')
  await ada.page.goto(`${ada.url}/?person=Kim`)
  await ada.live()
  expect(await ada.text('.sidebar-footer bdi')).toBe('Kim')
  await ada.signOut()
  await ada.has('form.sign-in-card')
  await ada.page.goto(ada.url)
  await ada.live()
  expect(await ada.text('.sidebar-footer bdi')).toBe('Ada')
})
