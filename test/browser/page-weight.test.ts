import { createTestServer, type TestServer } from '@roomful/testing/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WEB_CHAT } from '../integration/roomful-command'
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

/** All that is loaded until somebody can write, compressed: no more than this is wanted. */
const MOST_BYTES = 170 * 1024

type Loaded = {
  readonly name: string
  /** Bytes of the body as it was sent. */
  readonly sent: number
  readonly plain: number
  /** Bytes with headers; 0: it came from the cache. */
  readonly transferred: number
  readonly isBlocking: boolean
}

/** All that the page has loaded so far, itself included; what goes over the socket is not among it. */
const loaded = (chat: ChatPage): Promise<readonly Loaded[]> =>
  chat.page.evaluate(() =>
    (['navigation', 'resource'] as const)
      .flatMap((kind) => performance.getEntriesByType(kind))
      .map((entry) => {
        const { encodedBodySize, decodedBodySize, transferSize, renderBlockingStatus } =
          entry as PerformanceResourceTiming & { renderBlockingStatus?: string }
        return {
          name: new URL(entry.name).pathname,
          ...{ sent: encodedBodySize, plain: decodedBodySize, transferred: transferSize },
          isBlocking: renderBlockingStatus === 'blocking',
        }
      }),
  )

test('until somebody can write, the web chat takes no more from the network than it did', async () => {
  await using ada = await ChatPage.join(browser, server.url, 'Ada')
  const files = await loaded(ada)
  expect(files.length).toBeGreaterThan(3)
  const scripts = files.filter(({ name }) => name.endsWith('.js'))
  // Without this line a folder that nobody compressed, or small files only, would do.
  for (const { name, sent, plain } of scripts.filter((file) => file.plain > 1_000))
    expect([name, sent < plain * 0.6]).toEqual([name, true])
  expect(files.reduce((sum, { sent }) => sum + sent, 0)).toBeLessThan(MOST_BYTES)
  expect(files.filter(({ isBlocking }) => isBlocking).map(({ name }) => name)).toEqual([
    expect.stringMatching(/\.css$/),
  ])
})

test('the second visit takes only the page itself, and what is not hashed, from the network', async () => {
  await using ada = await ChatPage.join(browser, server.url, 'Ada')
  await ada.page.goto(ada.url)
  await ada.live()
  const files = await loaded(ada)
  const hashed = files.filter(({ name }) => name.startsWith('/assets/'))
  expect(hashed.length).toBeGreaterThan(3)
  expect(hashed.filter(({ transferred }) => transferred > 0)).toEqual([])
})
