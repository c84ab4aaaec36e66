import { waitUntil } from '@roomful/testing'
import type { ServerProcess } from '@roomful/testing/node'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { PNG } from '../../packages/server/src/files/file-samples'
import { NO_LIMITS, serve, temporaryFolder, WEB_CHAT } from '../integration/roomful-command'
import { ChatPage } from './chat-page'
import type { TestBrowser } from './engine/port'
import { launchWholeBrowser } from './engines'

let browser: TestBrowser
let folder: ReturnType<typeof temporaryFolder>
let server: ServerProcess
let ada: ChatPage
const start = (port = '0'): Promise<ServerProcess> => {
  const places = ['--database', `sqlite:${folder.path}/chat.db`, '--files', `${folder.path}/files`]
  return serve(['--port', port, ...places, '--static', WEB_CHAT, ...NO_LIMITS])
}

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
    // In one step: the button goes as soon as the page is online by itself.
    await ada.page.evaluate(() => {
      const buttons = document.querySelectorAll<HTMLButtonElement>('[data-testid=connection] button')
      for (const button of buttons) if (button.textContent === 'Retry now') button.click()
    })
    return (await ada.rows()).every(({ status }) => status === 'sent')
  })
  expect(await ada.texts()).toEqual(['before', 'while it was away'])
})

test('a picture that could not be loaded without a server is shown when it is back', async () => {
  await ada.page.evaluate((content) => {
    const bytes = Uint8Array.from(atob(content), (char) => char.charCodeAt(0))
    const data = new DataTransfer()
    data.items.add(new File([bytes], 'cat.png', { type: 'image/png' }))
    const input = document.querySelector<HTMLInputElement>('input[data-testid=attach]')
    if (!input) throw new Error('there is nothing to attach with')
    input.files = data.files
    input.dispatchEvent(new Event('change', { bubbles: true }))
  }, PNG.toString('base64'))
  await ada.click('Send')
  await ada.has('article[data-status=sent] .picture img')
  await isInstalled()
  const port = String(server.port)
  await server.kill()
  await ada.page.reload()
  await ada.has('.file-problem')
  server = await start(port)
  await ada.has('.picture img')
  expect(await ada.count('.file-problem')).toBe(0)
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
