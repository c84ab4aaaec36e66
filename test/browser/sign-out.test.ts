import { waitUntil } from '@roomful/testing'
import { createTestServer } from '@roomful/testing/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serve, temporaryFolder, WEB_CHAT } from '../integration/roomful-command'
import { ChatPage } from './chat-page'
import { ClientTab, errorsOf } from './client-page'
import type { TestBrowser, TestContext, TestPage } from './engine/port'
import { launchBrowser } from './engines'
import { guest, tabsFixture } from './tabs-fixture'
import { clickOn, pointAtRow } from './user-input'

let browser: TestBrowser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

/** Everything that the origin stores, as one text: names and content of every place a page can write to. */
async function everything(page: TestPage, context: TestContext): Promise<string> {
  const cookies = JSON.stringify(await context.cookies())
  return (
    cookies +
    (await page.evaluate(async () => {
      const read = <T>(request: IDBRequest<T>): Promise<T> =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result)
          request.onerror = () => reject(request.error)
        })
      const found: unknown[] = [Object.entries(localStorage), Object.entries(sessionStorage)]
      for (const { name = '' } of await indexedDB.databases()) {
        const database = await read(indexedDB.open(name))
        for (const store of database.objectStoreNames) {
          const records = database.transaction(store).objectStore(store)
          found.push(name, store, await read(records.getAllKeys()), await read(records.getAll()))
        }
        database.close()
      }
      for (const name of await caches.keys()) {
        const cache = await caches.open(name)
        for (const request of await cache.keys())
          found.push(name, request.url, await (await cache.match(request))?.text())
      }
      const locks = await navigator.locks.query()
      return JSON.stringify([found, locks])
    }))
  )
}

test('A signs out in one of two tabs, B signs in: nothing of A is in any storage of the origin (P13)', async () => {
  await using fixture = await tabsFixture(browser)
  const { context, options, server } = fixture
  const ada = await guest(server.url, 'Ada Lovelace')
  const ben = await guest(server.url, 'Ben')
  const first = await ClientTab.open(context, { ...options, token: ada.token })
  // Public messages are Ben's to see, too.
  const hers = { ...options, token: ada.token, room: await first.call('createRoom', 'den of Ada') }
  await first.start(hers)
  await first.settled()
  const second = await ClientTab.open(context, hers)
  await first.send(['a secret of Ada'])
  await second.setDraft('half a secret of Ada')
  await waitUntil('it to be on disk', async () => (await first.call('cachedRows')) > 0)
  // Unsent messages are hers, too.
  await context.setOffline(true)
  await waitUntil('the line to be down', async () => (await second.look()).connection !== 'online')
  await second.call('say', ['a third secret of Ada'])
  await waitUntil('it to be on disk', async () => (await second.call('cachedEntries')) === 1)
  const traces = [ada.user.id, ada.token, 'Ada Lovelace', 'secret of Ada', 'den of Ada', hers.room]
  const kept = await everything(first.page, context)
  for (const trace of [ada.user.id, 'Ada Lovelace', 'a secret of Ada', 'half a secret', 'a third secret'])
    expect(kept, `before: ${trace}`).toContain(trace)

  await first.call('signOut')
  await waitUntil('the other tab to end too', async () => (await second.look()).connection === 'stopped')
  expect((await second.look()).texts).toEqual([])
  await context.setOffline(false)
  for (const tab of [first, second]) await tab.page.close()
  const third = await ClientTab.open(context, { ...options, token: ben.token })
  await third.settled()
  const left = await everything(third.page, context)
  for (const trace of traces) expect(left, trace).not.toContain(trace)
  expect(left).toContain(ben.user.id)
  expect(await errorsOf(first, second, third)).toEqual([])
})

test('in the web chat: the button "Sign out" leaves nothing behind', async () => {
  using folder = temporaryFolder()
  await using server = await serve([
    '--port',
    '0',
    '--database',
    `sqlite:${folder.path}/chat.db`,
    '--static',
    WEB_CHAT,
  ])
  await using chat = await ChatPage.join(browser, server.url, 'Ada Lovelace')
  await chat.send('a secret of Ada')
  await chat.shows('a secret of Ada')
  await waitUntil('it to be on disk', async () =>
    (await everything(chat.page, chat.context)).includes('a secret of Ada'),
  )
  await chat.signOut()
  await chat.has('.sign-in')
  await waitUntil('all of it to be gone', async () => {
    const left = await everything(chat.page, chat.context)
    return !left.includes('Ada Lovelace') && !left.includes('a secret of Ada') && !left.includes('guest_')
  })
  expect(await chat.errors()).toEqual([])
})

test('in the web chat: who signs out in one tab leaves the person who has joined in another one signed in', async () => {
  await using server = await createTestServer({ static: WEB_CHAT })
  await using anna = await ChatPage.open(browser, server.url)
  const ben = await anna.newTab()
  await anna.signIn('Anna')
  await ben.signIn('Ben')
  await ben.send('I am Ben')
  await ben.shows('I am Ben')
  await pointAtRow(ben.page, 'I am Ben')
  await clickOn(ben.page, { role: 'button', name: 'Reply', inRow: 'I am Ben' })
  await ben.says('.composer-context', 'Replying to Ben')

  await anna.signOut()
  await anna.has('.sign-in')
  await ben.reload()
  expect(await ben.text('.account bdi')).toBe('Ben')
  await ben.says('.composer-context', 'Replying to Ben')
  expect([await anna.errors(), await ben.errors()]).toEqual([[], []])
})
