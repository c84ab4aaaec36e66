import { waitUntil } from '@roomful/testing'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { ClientTab } from './client-page'
import type { ClientOptions } from './client-page-main'
import type { TestBrowser, TestContext } from './engine/port'
import { launchBrowser } from './engines'
import { guest, type TabsFixture, tabsFixture } from './tabs-fixture'

let browser: TestBrowser
let fixture: TabsFixture
let context: TestContext
let options: ClientOptions
let userId: string
/** Another user: what they see has come through. */
let other: ClientTab

beforeAll(async () => {
  browser = await launchBrowser()
  fixture = await tabsFixture(browser)
  other = await fixture.openTab()
})
afterAll(async () => {
  await fixture[Symbol.asyncDispose]()
  await browser.close()
})
beforeEach(async () => {
  const ada = await guest(fixture.server.url)
  userId = ada.user.id
  context = await browser.newContext()
  options = { ...fixture.options, url: await context.reach(fixture.server.url), token: ada.token }
})
afterEach(() => context.close())

const shows = (tab: ClientTab, text: string): Promise<unknown> =>
  waitUntil(
    `${text} to be shown`,
    async () => (await tab.look()).texts.filter((t) => t === text).length === 1,
  )

/** What is sent now reaches the other user, and shows here as sent. */
async function goesOn(tab: ClientTab, text: string): Promise<void> {
  await tab.call('say', [text])
  for (const one of [tab, other]) await shows(one, text)
  expect((await tab.look()).storage).toEqual({ status: 'ok' })
  expect(await tab.errors()).toEqual([])
}

test('metadata behind a Proxy, as of Vue: it is sent, and what is written offline afterwards survives the page', async () => {
  const tab = await ClientTab.open(context, options)
  await tab.call('sayWith', 'reactive', 'proxy')
  for (const one of [tab, other]) await shows(one, 'reactive')
  await context.setOffline(true)
  await tab.call('sayWith', 'important', 'proxy')
  await waitUntil('it to be on disk', async () => (await tab.call('cachedEntries')) === 1)
  expect((await tab.look()).storage).toEqual({ status: 'ok' })
  await tab.page.close()
  await context.setOffline(false)
  const next = await ClientTab.open(context, options)
  for (const one of [next, other]) await shows(one, 'important')
  await goesOn(next, 'after the Proxy')
})

test.each(['bigint', 'cycle', 'function'] as const)(
  'metadata with a %s fails that message alone, before and after a reload',
  async (kind) => {
    const tab = await ClientTab.open(context, options)
    await tab.call('sayWith', `odd ${kind}`, kind)
    await goesOn(tab, `beside ${kind}`)
    await shows(tab, `failed: odd ${kind}`)
    await waitUntil('it to be on disk', async () => (await tab.call('cachedEntries')) === 1)
    await tab.start(options)
    await shows(tab, `failed: odd ${kind}`)
    await goesOn(tab, `after ${kind}`)
    expect(await tab.call('cancel', `odd ${kind}`)).toBe(true)
    await waitUntil('it to be off the disk', async () => (await tab.call('cachedEntries')) === 0)
    expect((await other.look()).texts).not.toContain(`odd ${kind}`)
  },
)

test('a message that an older version stored with a BigInt is failed, and can be cancelled; everything else continues', async () => {
  const before = await ClientTab.open(context, options)
  await goesOn(before, 'of the older version')
  await before.page.close()
  const page = await context.newPage()
  await page.goto(`${options.url}/old.html`)
  await page.evaluate(
    ([name, roomId]) =>
      new Promise<void>((resolve) => {
        const opening = indexedDB.open(name)
        opening.onsuccess = () => {
          const clientId = 'poisoned-0001'
          const data = {
            kind: 'send',
            id: clientId,
            content: 'poisoned',
            metadata: { order: { n: 1n } },
            replyTo: null,
            createdAt: '2026-01-01T00:00:00.000Z',
            order: 1,
            attempts: 0,
            maybe: true,
            state: { at: 'ready' },
          }
          const transaction = opening.result.transaction(['entries'], 'readwrite')
          transaction.objectStore('entries').put({ clientId, roomId, order: 1, data })
          transaction.oncomplete = () => {
            opening.result.close()
            resolve()
          }
        }
      }),
    [`roomful:${options.url}:${userId}`, options.room] as const,
  )
  const tab = await ClientTab.load(context, options)
  await shows(tab, 'failed: poisoned')
  await goesOn(tab, 'beside the poisoned one')
  expect(await tab.call('cancel', 'poisoned')).toBe(true)
  await waitUntil('it to be off the disk', async () => (await tab.call('cachedEntries')) === 0)
  await tab.start(options)
  await goesOn(tab, 'after the poisoned one')
  expect((await tab.look()).texts.join()).not.toContain('poisoned,')
})
