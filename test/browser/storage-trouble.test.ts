import { waitUntil } from '@roomful/testing'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { stopwatch } from '../stopwatch'
import { CLEAR_PATH, createClearingProxy } from './clearing-proxy'
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
const said: string[] = []

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

const databaseName = (): string => `roomful:${options.url}:${userId}`

/** What is sent now reaches the other user, and shows here as sent. */
async function goesOn(tab: ClientTab, text: string): Promise<void> {
  said.push(text)
  await tab.call('say', [text])
  for (const one of [tab, other]) await one.receives(text)
  expect((await tab.look()).texts.slice(-1)).toEqual([text])
  expect(await tab.errors()).toEqual([])
}

test('an IndexedDB that never answers: the room is there within 4 s, and the app shows that nothing is stored (P14)', async () => {
  const neverAnswers = (): void => {
    IDBFactory.prototype.open = () =>
      Object.create(IDBOpenDBRequest.prototype, { addEventListener: { value: () => {} } })
  }
  const before = await fixture.openTab()
  await goesOn(before, 'before')
  await before.page.close()
  const tab = await ClientTab.load(context, options, neverAnswers)
  const watch = stopwatch()
  await waitUntil('the first screen', async () => (await tab.look()).texts.includes('before'))
  expect(watch.idleMs()).toBeLessThan(4_000)
  await goesOn(tab, 'with no answer')
  await tab.storageIs('memory', /did not answer|did not open/)
})

test('forbidden, as in a private window: memory, with the reason', async () => {
  const isForbidden = (): void => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('The user denied permission to access the database.', 'SecurityError')
    }
  }
  const tab = await ClientTab.open(context, options, isForbidden)
  await tab.storageIs('memory', /IndexedDB does not work here: SecurityError/)
  await goesOn(tab, 'in private')
})

test('an old tab that holds on to an older version: memory and the reason; when it closes everything is stored', async () => {
  const old = await context.newPage()
  await old.goto(`${options.url}/old.html`)
  await old.evaluate(
    (name) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open(name, 1)
        opening.onupgradeneeded = () => {
          const database = opening.result
          database.createObjectStore('meta')
          database.createObjectStore('rooms', { keyPath: 'roomId' })
          database.createObjectStore('chunks')
          database.createObjectStore('entries', { keyPath: 'clientId' })
        }
        // And no `onversionchange`: that makes it an old tab.
        opening.onsuccess = () => resolve(Object.assign(window, { held: opening.result }) && undefined)
        opening.onerror = () => reject(opening.error)
      }),
    databaseName(),
  )
  const tab = await ClientTab.open(context, options)
  await tab.storageIs('memory', /an old tab of the app/)
  await goesOn(tab, 'while blocked')
  await old.close()
  await tab.storageIs('ok')
  await goesOn(tab, 'upgraded')
  await waitUntil('all to be on disk', async () => (await tab.call('cachedRows')) === said.length)
})

/** What does not exist yet cannot be deleted. */
const kept = (tab: ClientTab): Promise<true> =>
  waitUntil('rows to be on disk', async () => (await tab.call('cachedRows')) > 0)

test('the database is deleted under the app: it continues from memory, reports it, and creates no new one', async () => {
  const tab = await ClientTab.open(context, options)
  await goesOn(tab, 'not yet deleted')
  await kept(tab)
  await tab.page.evaluate(
    (name) =>
      new Promise<void>((resolve, reject) => {
        const deleting = indexedDB.deleteDatabase(name)
        deleting.onsuccess = () => resolve()
        deleting.onerror = () => reject(deleting.error)
      }),
    databaseName(),
  )
  await goesOn(tab, 'deleted')
  await tab.storageIs('memory', /deleted by another tab or the browser/)
  const names = await tab.page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))
  expect(names).not.toContain(databaseName())
  await tab.start(options)
  await tab.settled()
  await tab.storageIs('ok')
})

test("the site's data is cleared by the browser: the same", async () => {
  await using proxy = await createClearingProxy(fixture.server.port)
  const tab = await ClientTab.open(context, { ...options, url: await context.reach(proxy.url) })
  await goesOn(tab, 'not yet cleared')
  await kept(tab)
  await tab.page.evaluate((path) => fetch(path).then(() => undefined), CLEAR_PATH)
  await goesOn(tab, 'cleared')
  await tab.storageIs('memory', /deleted by another tab or the browser/)
})

type Handles = { closeHandles(): void; setSick(isSick: boolean): void }

test('a closed handle is reopened; when that does not help the app reports it, and recovers', async () => {
  const holdHandles = (): void => {
    const handles: IDBDatabase[] = []
    const { transaction } = IDBDatabase.prototype
    let isSick = false
    IDBDatabase.prototype.transaction = function (...args) {
      if (!handles.includes(this)) handles.push(this)
      if (isSick) this.close()
      return transaction.apply(this, args)
    }
    Object.assign(window, {
      closeHandles: () => {
        for (const handle of handles) handle.close()
      },
      setSick: (value: boolean) => {
        isSick = value
      },
    })
  }
  const tab = await ClientTab.open(context, options, holdHandles)
  await goesOn(tab, 'healthy')
  await tab.page.evaluate(() => (window as unknown as Handles).closeHandles())
  await goesOn(tab, 'closed')
  await tab.storageIs('ok')
  await tab.page.evaluate(() => (window as unknown as Handles).setSick(true))
  await goesOn(tab, 'sick')
  await tab.storageIs('degraded', /the database was lost: InvalidStateError/)
  await tab.page.evaluate(() => (window as unknown as Handles).setSick(false))
  await tab.storageIs('ok')
  await waitUntil('all to be on disk', async () => (await tab.call('cachedRows')) === said.length)
})

test('damaged data: the room comes from the server again, and unsent messages stay', async () => {
  const before = await ClientTab.open(context, options)
  await goesOn(before, 'sound')
  await waitUntil('all to be on disk', async () => (await before.call('cachedRows')) === said.length)
  await before.page.close()
  const page = await context.newPage()
  await page.goto(`${options.url}/old.html`)
  await page.evaluate(
    (name) =>
      new Promise<void>((resolve) => {
        const opening = indexedDB.open(name)
        opening.onsuccess = () => {
          const transaction = opening.result.transaction(['chunks'], 'readwrite')
          transaction.objectStore('chunks').put([{ seq: 'junk' }], ['general', 0])
          transaction.oncomplete = () => {
            opening.result.close()
            resolve()
          }
        }
      }),
    databaseName(),
  )
  const tab = await ClientTab.open(context, options)
  expect((await tab.settled()).texts).toEqual(said)
  await goesOn(tab, 'mended')
  await waitUntil('all to be on disk', async () => (await tab.call('cachedRows')) === said.length)
  await tab.storageIs('ok')
})
