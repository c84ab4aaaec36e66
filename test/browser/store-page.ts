import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { waitUntil } from '@roomful/testing'
import { temporaryFolder } from '../integration/roomful-command'
import { buildPages } from './build-page'
import type { TestBrowser, TestPage } from './engine/port'
import type { InStorePage } from './store-page-main'

export type StorePage = AsyncDisposable & {
  readonly page: TestPage
  /** Calls one function of the page. */
  call<K extends keyof InStorePage>(
    name: K,
    ...args: Parameters<InStorePage[K]>
  ): Promise<Awaited<ReturnType<InStorePage[K]>>>
}

/** A page with only the local store and its measurements, at a separate origin. */
export async function openStorePage(browser: TestBrowser): Promise<StorePage> {
  const folder = temporaryFolder()
  await buildPages(folder.path, { index: 'store-page-main.ts' })
  const server = createServer((request, response) => {
    const isScript = request.url?.endsWith('.js') === true
    readFile(`${folder.path}/${isScript ? request.url : 'index.html'}`).then(
      (body) =>
        response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' }).end(body),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const context = await browser.newContext()
  const page = await context.newPage()
  // A secure context, so that it has the same IndexedDB as elsewhere.
  const { port } = server.address() as AddressInfo
  await page.goto(await context.reach(`http://127.0.0.1:${port}/`))
  await waitUntil('the code of the page', () => page.evaluate(() => 'store' in window))
  return {
    page,
    call: (name, ...args) =>
      page.evaluate(
        ([key, values]) => {
          const { store } = window as unknown as { store: Record<string, (...args: unknown[]) => unknown> }
          return store[key]?.(...values) as never
        },
        [name, args] as [string, unknown[]],
      ),
    [Symbol.asyncDispose]: async () => {
      await context.close()
      server.closeAllConnections()
      server.close()
      folder[Symbol.dispose]()
    },
  }
}
