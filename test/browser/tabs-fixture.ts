import type { ServerProcess } from '@roomful/testing'
import type { Browser, BrowserContext } from 'playwright-core'
import { NO_LIMITS, serve, temporaryFolder } from '../integration/roomful-command'
import { buildClientPage, ClientTab } from './client-page'

/** A server, a user, and a browser context for his tabs. */
export type TabsFixture = AsyncDisposable & {
  readonly server: ServerProcess
  readonly context: BrowserContext
  openTab(): Promise<ClientTab>
  openTabs(count: number): Promise<ClientTab[]>
  /** Websockets that the server has right now. */
  sockets(): Promise<number>
}

export async function tabsFixture(browser: Browser): Promise<TabsFixture> {
  const folder = temporaryFolder()
  const page = `${folder.path}/page`
  await buildClientPage(page)
  const database = `sqlite:${folder.path}/chat.db`
  const server = await serve(['--port', '0', '--database', database, '--static', page, ...NO_LIMITS])
  const token = await guestToken(server.url)
  const context = await browser.newContext()
  const openTab = (): Promise<ClientTab> => ClientTab.open(context, server.url, token)

  return {
    server,
    context,
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

async function guestToken(url: string): Promise<string> {
  const response = await fetch(`${url}/auth/guest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Ada' }),
  })
  const { token } = (await response.json()) as { token: string }
  return token
}
