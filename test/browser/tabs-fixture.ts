import { type Chat, createChat } from '@roomful/client'
import { signToken } from '@roomful/server'
import type { Actor, ServerProcess } from '@roomful/testing'
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
  /** The same, for a tab whose history is written down under this name. */
  as(device: string): ClientOptions & { readonly who: Actor }
  openTab(): Promise<ClientTab>
  openTabs(count: number): Promise<ClientTab[]>
  /** A token of that user which lives no longer than this. */
  token(seconds: number): Promise<string>
  /** The same user once more, with nothing of his on the disk, outside the browser. */
  elsewhere(): Promise<Chat>
  /** Websockets that the server has right now. */
  sockets(): Promise<number>
}

const SECRET = 'a secret for these pages only, 32 bytes'

export async function tabsFixture(browser: Browser): Promise<TabsFixture> {
  const folder = temporaryFolder()
  const page = `${folder.path}/page`
  await buildPages(page, { index: 'client-page-main.ts', store: 'store-page-main.ts' })
  const database = `sqlite:${folder.path}/chat.db`
  const server = await serve(['--port', '0', '--database', database, '--static', page, ...NO_LIMITS], {
    env: { ROOMFUL_JWT_SECRET: SECRET },
  })
  const { token, user } = await guest(server.url)
  const context = await browser.newContext()
  const options = { url: server.url, token, room: 'general' }
  const openTab = (): Promise<ClientTab> => ClientTab.open(context, options)

  return {
    server,
    context,
    options,
    as: (device) => ({ ...options, who: { user: user.id, device } }),
    openTab,
    openTabs: async (count) => {
      const tabs: ClientTab[] = []
      for (let i = 0; i < count; i++) tabs.push(await openTab())
      return tabs
    },
    token: (seconds) => signToken(SECRET, { id: user.id, name: 'Ada' }, { expiresInSeconds: seconds }),
    elsewhere: async () => {
      const chat = createChat({ url: server.url, auth: token, storage: 'memory' })
      await chat.connect()
      return chat
    },
    sockets: async () => {
      const text = await (await fetch(`${server.url}/metrics`)).text()
      return Number(/^roomful_sockets (\d+)$/m.exec(text)?.[1] ?? Number.NaN)
    },
    [Symbol.asyncDispose]: async () => {
      // Routes end before their pages: an answer that is on its way would find none.
      await context.unrouteAll({ behavior: 'wait' })
      await context.close()
      await server[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

/** Somebody else, in a browser of his own. */
export async function openBen(browser: Browser, options: ClientOptions): Promise<ClientTab> {
  const { token } = await guest(options.url, 'Ben')
  return ClientTab.open(await browser.newContext(), { ...options, token })
}

/** What a service worker does: the page and its code are on the device, all else goes over the line. */
export async function keepPage(context: BrowserContext): Promise<void> {
  await context.route(/\.(js|html)$|\/$/, async (route) => {
    try {
      await route.fulfill({ response: await route.fetch() })
    } catch (error) {
      // A page that was closed meanwhile waits for no answer.
      if (!route.request().frame().page().isClosed()) throw error
    }
  })
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
