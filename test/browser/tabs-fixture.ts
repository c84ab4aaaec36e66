import type { ServerProcess } from '@roomful/testing'
import type { Browser, BrowserContext } from 'playwright-core'
import { NO_LIMITS, serve, temporaryFolder } from '../integration/roomful-command'
import { buildPages } from './build-page'
import { ClientTab } from './client-page'
import type { ClientOptions } from './client-page-main'

/** A server, a user, and a browser context for his tabs. */
export type TabsFixture = AsyncDisposable & {
  readonly server: ServerProcess
  readonly context: BrowserContext
  readonly options: ClientOptions
  openTab(): Promise<ClientTab>
  openTabs(count: number): Promise<ClientTab[]>
  /** Websockets that the server has right now. */
  sockets(): Promise<number>
}

export async function tabsFixture(browser: Browser): Promise<TabsFixture> {
  const folder = temporaryFolder()
  const page = `${folder.path}/page`
  await buildPages(page, { index: 'client-page-main.ts', store: 'store-page-main.ts' })
  const database = `sqlite:${folder.path}/chat.db`
  const server = await serve(['--port', '0', '--database', database, '--static', page, ...NO_LIMITS])
  const { token } = await guest(server.url)
  const context = await browser.newContext()
  const options = { url: server.url, token, room: 'general' }
  const openTab = (): Promise<ClientTab> => ClientTab.open(context, options)

  return {
    server,
    context,
    options,
    openTab,
    openTabs: async (count) => {
      const tabs: ClientTab[] = []
      for (let i = 0; i < count; i++) tabs.push(await openTab())
      return tabs
    },
    sockets: async () => {
      const text = await (await fetch(`${server.url}/metrics`)).text()
      return Number(/^roomful_sockets (\d+)$/m.exec(text)?.[1] ?? Number.NaN)
    },
    [Symbol.asyncDispose]: async () => {
      await context.close()
      await server[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

/** Signs somebody in. */
export async function guest(url: string, name = 'Ada'): Promise<{ token: string; user: { id: string } }> {
  const response = await fetch(`${url}/auth/guest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  })
  return (await response.json()) as { token: string; user: { id: string } }
}
