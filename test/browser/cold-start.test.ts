import { createTcpProxy, waitUntil } from '@roomful/testing'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { NO_LIMITS, roomful, serve, temporaryFolder, WEB_CHAT } from '../integration/roomful-command'
import { ChatPage } from './chat-page'
import { launchChromium } from './chromium'

type Frame = {
  readonly status: string | null
  readonly connection: string | null
  readonly rooms: number
  readonly texts: readonly string[]
  /** Where the last row of the cache is on the screen. */
  readonly top: number | null
}

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

/** Notes what is on the screen, frame by frame, from the first one on, and what goes out. */
async function logFrames(page: Page, text: string): Promise<void> {
  await page.addInitScript((marked) => {
    const frames: Frame[] = []
    const sent: string[] = []
    const note = (): void => {
      const rows = [...document.querySelectorAll('article')]
      const textOf = (row: Element) => row.querySelector('[data-testid=content]')?.textContent ?? ''
      const row = rows.find((one) => textOf(one) === marked)
      frames.push({
        status: document.querySelector('[data-room-status]')?.getAttribute('data-room-status') ?? null,
        connection: document.querySelector('[data-connection]')?.getAttribute('data-connection') ?? null,
        rooms: document.querySelectorAll('nav a').length,
        texts: rows.map(textOf),
        top: row ? Math.round(row.getBoundingClientRect().top) : null,
      })
      requestAnimationFrame(note)
    }
    requestAnimationFrame(note)
    const { send } = WebSocket.prototype
    WebSocket.prototype.send = function (data) {
      sent.push(String(data))
      send.call(this, data)
    }
    Object.assign(window, { frames, sent })
  }, text)
}

const framesOf = (page: Page): Promise<Frame[]> =>
  page.evaluate(() => (window as unknown as { frames: Frame[] }).frames)

const cachedRows = (page: Page): Promise<number> =>
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
  'the list and the last page are there before the socket, and one sync makes them right: %s',
  async (_, missed) => {
    using folder = temporaryFolder()
    await using server = await serve([
      '--port',
      '0',
      '--database',
      `sqlite:${folder.path}/chat.db`,
      '--static',
      WEB_CHAT,
      ...NO_LIMITS,
    ])
    await using proxy = await createTcpProxy(server.port)
    const say = async (texts: readonly string[]) => {
      const { code } = await roomful(['send', 'general', '--null', '--url', server.url], {
        stdin: texts.map((text) => `${text}\0`).join(''),
      })
      expect(code).toBe(0)
    }
    const known = Array.from({ length: 40 }, (_, n) => `message ${n + 1}`)
    const news = Array.from({ length: missed }, (_, n) => `missed ${n + 1}`)
    await say(known)
    await using chat = await ChatPage.join(browser, proxy.url, 'Ada')
    await chat.settlesAs(known)
    await waitUntil('all to be on disk', async () => (await cachedRows(chat.page)) === known.length)
    await chat.page.goto('about:blank')
    await say(news)

    // The page comes from elsewhere, as from a service worker; the line is silent.
    proxy.freeze()
    await chat.context.route(/^(?!.*socket\.io)/, async (route) => {
      const url = route.request().url().replace(proxy.url, server.url)
      await route.fulfill({ response: await route.fetch({ url }) })
    })
    const posted: string[] = []
    chat.page.on('request', (request) => posted.push(request.postData() ?? ''))
    await logFrames(chat.page, known.at(-1) ?? '')
    await chat.page.goto(proxy.url)
    // The row may be there before a frame is: what counts is what was drawn.
    const before = await waitUntil('a frame with messages', async () =>
      (await framesOf(chat.page)).find(({ texts }) => texts.length > 0),
    )
    expect(before).toMatchObject({ status: 'catching-up', connection: 'connecting', rooms: 1, texts: known })

    proxy.heal()
    await chat.live()
    await chat.settlesAs([...known, ...news])
    const frames = await framesOf(chat.page)
    const first = frames.findIndex(({ texts }) => texts.length > 0)
    const shown = frames.slice(first)
    // All at once, with the list beside it, and marked as what it is.
    expect(shown[0]).toMatchObject({ status: 'catching-up', rooms: 1, texts: known })
    expect(new Set(shown.map(({ status }) => status))).toEqual(new Set(['catching-up', 'live']))
    const lists = [...new Set(shown.map(({ texts }) => texts.join()))]
    expect(lists).toEqual([...new Set([known.join(), [...known, ...news].join()])])
    // Where it was first is where it stays; what is new pushes it up once.
    const tops = [...new Set(shown.map(({ top }) => top))]
    expect(tops).toHaveLength(missed > 0 ? 2 : 1)
    // Over a websocket, or by requests where the first dial came to nothing.
    const sent = [
      ...posted,
      ...(await chat.page.evaluate(() => (window as unknown as { sent: string[] }).sent)),
    ]
    expect(sent.join().split('["sync"')).toHaveLength(2)
    expect(chat.errors).toEqual([])
  },
)
