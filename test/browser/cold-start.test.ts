import { waitUntil } from '@roomful/testing'
import { createTcpProxy } from '@roomful/testing/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { NO_LIMITS, roomful, serve, temporaryFolder } from '../integration/roomful-command'
import { ChatPage } from './chat-page'
import type { TestBrowser, TestPage } from './engine/port'
import { launchBrowser } from './engines'
import type { Screen } from './frames-page-main'
import { buildKeptChat } from './kept-chat'
import { keepPage } from './page-workers'

let browser: TestBrowser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

const shownOn = (page: TestPage): Promise<Screen> =>
  page.evaluate(() => (window as unknown as { shown: Screen }).shown)

const cachedRows = (page: TestPage): Promise<number> =>
  page.evaluate(async () => {
    const name = (await indexedDB.databases())
      .map((one) => one.name ?? '')
      .find((one) => one.includes('guest_'))
    return new Promise<number>((resolve) => {
      const opening = indexedDB.open(name ?? '')
      opening.onsuccess = () => {
        const reading = opening.result.transaction('chunks').objectStore('chunks').getAll()
        reading.onsuccess = () => {
          opening.result.close()
          resolve(reading.result.flat().length)
        }
      }
    })
  })

test.each([
  ['nothing was missed', 0],
  ['three messages were missed', 3],
])(
  'the list and the last page are there before the socket, and one sync corrects them: %s',
  async (_, missed) => {
    using folder = temporaryFolder()
    const page = `${folder.path}/page`
    await buildKeptChat(page)
    await using server = await serve([
      '--port',
      '0',
      '--database',
      `sqlite:${folder.path}/chat.db`,
      '--static',
      page,
      ...NO_LIMITS,
    ])
    await using proxy = await createTcpProxy(server.port)
    const say = async (texts: readonly string[]) => {
      const { code } = await roomful(['send', 'general', '--null', '--url', server.url], {
        stdin: texts.map((text) => `${text}\0`).join(''),
      })
      expect(code).toBe(0)
    }
    // As many as fit into the view: only rows near it are in the page.
    const known = Array.from({ length: 12 }, (_, n) => `message ${n + 1}`)
    const news = Array.from({ length: missed }, (_, n) => `missed ${n + 1}`)
    await say(known)
    await using chat = await ChatPage.join(browser, proxy.url, 'Ada')
    await chat.settlesAs(known)
    await waitUntil('all to be on disk', async () => (await cachedRows(chat.page)) === known.length)
    await keepPage(chat.context, chat.url)
    await chat.page.evaluate((text) => localStorage.setItem('marked', text), known.at(-1) ?? '')
    await chat.page.goto('about:blank')
    await say(news)

    // The page comes from the device; the connection is silent.
    proxy.freeze()
    await chat.page.evaluate((to) => {
      location.href = to
    }, chat.url)
    // The row may exist before a frame does: only drawn frames count.
    const before = await waitUntil('a frame with messages', async () =>
      (await shownOn(chat.page)).seen.find(({ texts }) => texts.length > 0),
    )
    expect(before).toMatchObject({ status: 'catching-up', connection: 'connecting', rooms: 1, texts: known })

    proxy.heal()
    await chat.live()
    await chat.settlesAs([...known, ...news])
    // The elements change before a frame shows it: wait until the last frame that was drawn is live too.
    const { seen, sent } = await waitUntil('a frame with the live room', async () => {
      const screen = await shownOn(chat.page)
      return screen.seen.at(-1)?.status === 'live' && screen
    })
    const first = seen.findIndex(({ texts }) => texts.length > 0)
    const shown = seen.slice(first)
    // All at once, with the list beside it, and marked as stale.
    expect(shown[0]).toMatchObject({ status: 'catching-up', rooms: 1, texts: known })
    const statuses = new Set(shown.map(({ status }) => status))
    // A dial that gets no answer for five seconds ends, and another one begins.
    statuses.delete('offline')
    expect(statuses).toEqual(new Set(['catching-up', 'live']))
    const lists = [...new Set(shown.map(({ texts }) => texts.join()))]
    expect(lists).toEqual([...new Set([known.join(), [...known, ...news].join()])])
    // It stays where it first was, but for less than a line while rows are measured; new messages push it up.
    const topsOf = (list: string): number[] =>
      shown.filter(({ texts }) => texts.join() === list).flatMap(({ top }) => top ?? [])
    const tops = topsOf(known.join())
    expect(Math.max(...tops) - Math.min(...tops)).toBeLessThan(24)
    expect(sent.join().split('["sync"')).toHaveLength(2)
    expect(await chat.errors()).toEqual([])
  },
)
