import { copyFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { waitUntil } from '@roomful/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TALKED } from '../backends/app-test'
import { temporaryFolder } from '../integration/roomful-command'
import { buildPages } from './build-page'
import type { TestBrowser, TestPage } from './engine/port'
import { launchBrowser } from './engines'
import type { InKitPage } from './kit-page-main'

let browser: TestBrowser
let server: Server
let page: TestPage
const folder = temporaryFolder()

beforeAll(async () => {
  browser = await launchBrowser()
  await buildPages(folder.path, { index: 'kit-page-main.ts' })
  const worker = 'mockServiceWorker.js'
  copyFileSync(fileURLToPath(import.meta.resolve(`msw/${worker}`)), `${folder.path}/${worker}`)
  server = createServer((request, response) => {
    const isScript = request.url?.endsWith('.js') === true
    readFile(`${folder.path}/${isScript ? request.url : 'index.html'}`).then(
      (body) =>
        response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' }).end(body),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const context = await browser.newContext()
  page = await context.newPage()
  const { port } = server.address() as AddressInfo
  await page.goto(await context.reach(`http://127.0.0.1:${port}/`))
  await waitUntil('the code of the page', () => page.evaluate(() => 'kit' in window))
})
afterAll(async () => {
  await browser.close()
  server.closeAllConnections()
  server.close()
  folder[Symbol.dispose]()
})

// The other backends of this test are in test/integration/app-backends.test.ts.
test.each(['onMsw', 'inWorld'] as const)('the test of an app runs in a page, %s', async (name) => {
  const seen = await page.evaluate((key) => {
    const { kit } = window as unknown as { kit: InKitPage }
    return kit[key]()
  }, name)
  for (const lines of [seen.ann, seen.bob]) expect([...lines].sort()).toEqual(TALKED)
})
