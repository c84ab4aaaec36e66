import { waitUntil } from '@roomful/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stopwatch } from '../stopwatch'
import { ClientTab, errorsOf } from './client-page'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'
import { keepPage } from './page-workers'
import type { InStorePage } from './store-page-main'
import { guest, tabsFixture } from './tabs-fixture'

let browser: TestBrowser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

const isKept = (tab: ClientTab, rows: number) =>
  waitUntil('the rows to be on disk', async () => (await tab.call('cachedRows')) === rows)

test('offline from the first load on: the room opens, sends wait and can be edited; back online all is right', async () => {
  await using fixture = await tabsFixture(browser)
  const { context, options } = fixture
  const { ben } = await fixture.openBen()
  await keepPage(context, options.url)
  const before = await fixture.openTab()
  await before.send(['one', 'two'])
  await ben.send(['three'])
  await isKept(before, 3)
  await before.page.close()

  await context.setOffline(true)
  const ada = await ClientTab.load(context, options)
  await waitUntil('the room from the disk', async () => (await ada.look()).texts.length === 3)
  // At the latest when the first connect has failed.
  await waitUntil('it to be offline', async () => (await ada.look()).status === 'offline')
  expect(await ada.look()).toMatchObject({
    texts: ['one', 'two', 'three'],
    rooms: ['general'],
    status: 'offline',
  })
  await ada.call('say', ['four', 'five'])
  await ada.call('edit', 'four', 'four, edited')
  await ada.call('edit', 'two', 'two, edited')
  const waiting = ['one', 'two, edited', 'three', 'queued: four, edited', 'queued: five']
  expect((await ada.look()).texts).toEqual(waiting)
  await waitUntil('the outbox to be on disk', async () => (await ada.call('cachedEntries')) === 3)
  await ben.send(['meanwhile'])

  // And once more from the disk, with everything that waits.
  await ada.start(options)
  await waitUntil('the room from the disk', async () => (await ada.look()).texts.length === 5)
  expect(await ada.look()).toMatchObject({ texts: waiting, unsent: 3, storage: { status: 'ok' } })
  expect((await ben.settled()).texts).toEqual(['one', 'two', 'three', 'meanwhile'])

  await context.setOffline(false)
  const all = ['one', 'two, edited', 'three', 'meanwhile', 'four, edited', 'five']
  for (const tab of [ada, ben])
    await waitUntil('all to be right', async () => (await tab.settled()).texts.join() === all.join())
  await waitUntil('the outbox to be empty', async () => (await ada.call('cachedEntries')) === 0)
  expect(await errorsOf(ada, ben)).toEqual([])
})

test('a room of 100,000 cached messages opens with one chunk or two read from the disk', async () => {
  await using fixture = await tabsFixture(browser)
  const { context, options } = fixture
  const { token, user } = await guest(fixture.server.url, 'Ada')
  await keepPage(context, options.url)
  const filling = await context.newPage()
  await filling.goto(`${options.url}/store.html`)
  await waitUntil('the code of the page', () => filling.evaluate(() => 'store' in window))
  await filling.evaluate(
    ([url, userId]) =>
      (window as unknown as { store: InStorePage }).store.fill(url as string, userId as string, 100_000),
    [options.url, user.id],
  )
  await filling.close()
  const countReads = (): void => {
    const reads: string[] = []
    for (const name of ['get', 'getAll', 'openCursor', 'count'] as const) {
      const read = IDBObjectStore.prototype[name]
      Object.defineProperty(IDBObjectStore.prototype, name, {
        value(this: IDBObjectStore, ...args: unknown[]) {
          if (this.name === 'chunks') reads.push(`${name} ${JSON.stringify(args[0])}`)
          return Reflect.apply(read, this, args)
        },
      })
    }
    Object.assign(window, { reads })
  }
  await context.setOffline(true)
  const ada = await ClientTab.load(context, { ...options, token }, countReads)
  await waitUntil('the room from the disk', async () => (await ada.look()).seqs.length > 0)
  const { seqs } = await ada.look()
  expect(seqs.at(-1)).toBe(100_000)
  expect(seqs.length).toBeGreaterThanOrEqual(50)
  const reads = await ada.page.evaluate(() => (window as unknown as { reads: string[] }).reads)
  expect(reads.length, reads.join()).toBeLessThanOrEqual(2)
  expect(reads.every((read) => read.startsWith('get ["general",78'))).toBe(true)
})

test('the browser reports that the network is gone, and that it is back: the connection follows at once', async () => {
  await using fixture = await tabsFixture(browser)
  const ada = await fixture.openTab()
  await fixture.context.setOffline(true)
  await waitUntil('the line to be down', async () => (await ada.look()).connection !== 'online')
  await ada.call('say', ['while there is no network'])
  // The next attempt is far away: the event brings the connection back.
  await waitUntil('a long wait for the next try', async () => (await ada.look()).retryAt - Date.now() > 4_000)
  const watch = stopwatch()
  const since = Date.now()
  await fixture.context.setOffline(false)
  const { texts, onlineAt } = await ada.settled(since)
  expect(texts).toEqual(['while there is no network'])
  expect(watch.idleMs(onlineAt - since)).toBeLessThan(2_000)
})
