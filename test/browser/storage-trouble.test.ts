import { waitUntil } from '@roomful/testing'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { stopwatch } from '../stopwatch'
import { launchChromium } from './chromium'
import { ClientTab } from './client-page'
import type { ClientOptions, StorageState } from './client-page-main'
import { guest, type TabsFixture, tabsFixture } from './tabs-fixture'

let browser: Browser
let fixture: TabsFixture
let context: BrowserContext
let options: ClientOptions
let userId: string
/** Somebody else: what he sees has come through. */
let other: ClientTab
const said: string[] = []

beforeAll(async () => {
  browser = await launchChromium()
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
  options = { ...fixture.options, token: ada.token }
  context = await browser.newContext()
})
afterEach(() => context.close())

const databaseName = (): string => `roomful:${fixture.server.url}:${userId}`

async function says(tab: ClientTab, status: StorageState['status'], reason?: RegExp): Promise<void> {
  let storage: StorageState | undefined
  await waitUntil(`storage to be ${status}`, async () => {
    storage = (await tab.look()).storage
    return storage.status === status && (reason?.test(storage.reason ?? '') ?? storage.reason === undefined)
  }).catch((error: Error) => {
    throw new Error(`${error.message}: ${JSON.stringify(storage)}`)
  })
}

/** What is sent now reaches the other, and is shown here as sent. */
async function goesOn(tab: ClientTab, text: string): Promise<void> {
  said.push(text)
  await tab.call('say', [text])
  for (const one of [tab, other])
    await waitUntil(
      `${text} to arrive`,
      async () => (await one.settled()).texts.filter((t) => t === text).length === 1,
    )
  expect((await tab.look()).texts.slice(-1)).toEqual([text])
  expect(tab.errors).toEqual([])
}

test('an IndexedDB that never answers: the room is there within 4 s, and the app says that nothing is kept', async () => {
  await context.addInitScript(() => {
    IDBFactory.prototype.open = () =>
      Object.create(IDBOpenDBRequest.prototype, { addEventListener: { value: () => {} } })
  })
  await goesOn(await ClientTab.open(await browser.newContext(), fixture.options), 'before')
  const tab = await ClientTab.load(context, options)
  const watch = stopwatch()
  await waitUntil('the first screen', async () => (await tab.look()).texts.includes('before'))
  expect(watch.idleMs()).toBeLessThan(4_000)
  await goesOn(tab, 'with no answer')
  await says(tab, 'memory', /did not answer|did not open/)
})

test('forbidden, as in a private window: memory, with the reason', async () => {
  await context.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('The user denied permission to access the database.', 'SecurityError')
    }
  })
  const tab = await ClientTab.open(context, options)
  await says(tab, 'memory', /IndexedDB does not work here: SecurityError/)
  await goesOn(tab, 'in private')
})

test('quota exceeded: what is sent goes out from memory and says so; with room again all is kept', async () => {
  // Chromium looks at it when it first has to: so before the page is there.
  const page = await context.newPage()
  const devtools = await context.newCDPSession(page)
  const origin = fixture.server.url
  await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 300_000 })
  const tab = await ClientTab.open(context, options)
  await goesOn(tab, 'with room')
  await says(tab, 'ok')
  const long = Array.from({ length: 60 }, (_, n) => `${n} ${'long '.repeat(1_500)}`)
  said.push(...long)
  await tab.call('say', long)
  await says(tab, 'degraded', /no room left/)
  await goesOn(tab, 'without room')
  await devtools.send('Storage.overrideQuotaForOrigin', { origin })
  await goesOn(tab, 'with room again')
  await says(tab, 'ok')
})

test('an old tab that holds on to an older version: memory and the reason; when it is closed all is kept', async () => {
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
        // And no `onversionchange`: that is what makes it an old tab.
        opening.onsuccess = () => resolve(Object.assign(window, { held: opening.result }) && undefined)
        opening.onerror = () => reject(opening.error)
      }),
    databaseName(),
  )
  const tab = await ClientTab.open(context, options)
  await says(tab, 'memory', /an old tab of the app/)
  await goesOn(tab, 'while blocked')
  await old.close()
  await says(tab, 'ok')
  await goesOn(tab, 'upgraded')
  await waitUntil('all to be on disk', async () => (await tab.call('cachedRows')) === said.length)
})

/** What there is not yet cannot be deleted. */
const kept = (tab: ClientTab): Promise<true> =>
  waitUntil('rows to be on disk', async () => (await tab.call('cachedRows')) > 0)

test('the database is deleted under the app: it goes on from memory, says so, and makes none anew', async () => {
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
  await says(tab, 'memory', /deleted by another tab or the browser/)
  const names = await tab.page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))
  expect(names).not.toContain(databaseName())
  await tab.start(options)
  await tab.settled()
  await says(tab, 'ok')
})

test("the site's data is cleared by the browser: the same", async () => {
  const tab = await ClientTab.open(context, options)
  await goesOn(tab, 'not yet cleared')
  await kept(tab)
  const devtools = await context.newCDPSession(tab.page)
  await devtools.send('Storage.clearDataForOrigin', { origin: options.url, storageTypes: 'all' })
  await goesOn(tab, 'cleared')
  await says(tab, 'memory', /deleted by another tab or the browser/)
})

test('a handle that is closed is opened anew; when that does not help the app says so, and heals', async () => {
  await context.addInitScript(() => {
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
  })
  const run = (code: string) => tab.page.evaluate(code)
  const tab = await ClientTab.open(context, options)
  await goesOn(tab, 'healthy')
  await run('closeHandles()')
  await goesOn(tab, 'closed')
  await says(tab, 'ok')
  await run('setSick(true)')
  await goesOn(tab, 'sick')
  await says(tab, 'degraded', /the database was lost: InvalidStateError/)
  await run('setSick(false)')
  await says(tab, 'ok')
  await waitUntil('all to be on disk', async () => (await tab.call('cachedRows')) === said.length)
})

test('damaged data: the room comes from the server again, and what is unsent stays', async () => {
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
  await says(tab, 'ok')
})
