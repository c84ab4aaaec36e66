import { waitUntil } from '@roomful/testing'
import type { ServerProcess } from '@roomful/testing/node'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { NO_LIMITS, serve, temporaryFolder, WEB_CHAT } from '../integration/roomful-command'
import { ChatPage } from './chat-page'
import type { TestBrowser } from './engine/port'
import { launchWholeBrowser } from './engines'

let browser: TestBrowser
let folder: ReturnType<typeof temporaryFolder>
let server: ServerProcess
let ada: ChatPage
const start = (port = '0'): Promise<ServerProcess> =>
  serve(['--port', port, '--database', `sqlite:${folder.path}/chat.db`, '--static', WEB_CHAT, ...NO_LIMITS])

beforeAll(async () => {
  browser = await launchWholeBrowser()
})
afterAll(() => browser.close())
beforeEach(async () => {
  folder = temporaryFolder()
  server = await start()
  ada = await ChatPage.join(browser, server.url, 'Ada')
})
afterEach(async () => {
  await ada.context.close()
  await server[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

const isInstalled = (): Promise<true> =>
  waitUntil('the page to be kept', () =>
    ada.page.evaluate(() => navigator.serviceWorker.controller?.state === 'activated'),
  )

test('without a server a reload opens the page, with its messages; what is sent waits, and goes out later', async () => {
  await ada.send('before')
  await ada.shows('before')
  await isInstalled()
  const port = String(server.port)
  await server.kill()
  await ada.page.reload()
  await ada.shows('before')
  await ada.send('while it was away')
  await ada.shows('while it was away', 'queued')
  await ada.says('[data-testid=connection]', 'One change waits to be sent.')
  // Also the parts of the page that are loaded later.
  await ada.click('Go to')
  await ada.has('[role=option]')
  await ada.click('Close')

  server = await start(port)
  await waitUntil('it to be sent', async () => {
    if ((await ada.count('[data-testid=connection] button')) > 0) await ada.click('Retry now')
    return (await ada.rows()).every(({ status }) => status === 'sent')
  })
  expect(await ada.texts()).toEqual(['before', 'while it was away'])
})

test('a new page is shown as soon as the server has one', async () => {
  await isInstalled()
  const pages = await ada.page.evaluate(async () => {
    const [cached, served] = [await caches.match('./'), await fetch('./')]
    return [await cached?.text(), await served.text()]
  })
  expect(pages[0]).toBe(pages[1])
  // The page comes from the network while there is one, and its assets from what is kept.
  await ada.page.reload()
  await ada.live()
  const from = await ada.page.evaluate(() => {
    const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
    const assets = performance.getEntriesByType('resource') as PerformanceResourceTiming[]
    const scripts = assets.filter(({ name }) => name.includes('/assets/'))
    return {
      page: page?.responseStatus,
      scripts: scripts.filter(({ transferSize }) => transferSize > 0).length,
    }
  })
  expect(from).toEqual({ page: 200, scripts: 0 })
})
