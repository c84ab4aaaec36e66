import { type Chat, createChat } from '@roomful/client'
import { signToken } from '@roomful/server'
import type { Actor } from '@roomful/testing'
import type { ServerProcess } from '@roomful/testing/node'
import { NO_LIMITS, serve, temporaryFolder } from '../integration/roomful-command'
import { buildPages } from './build-page'
import { type Before, ClientTab } from './client-page'
import type { ClientOptions } from './client-page-main'
import type { TestBrowser, TestContext } from './engine/port'
import { Notes } from './notes'
import { writeWorkers } from './page-workers'

/** A server, a user, and a browser context for the user's tabs. */
export type TabsFixture = AsyncDisposable & {
  readonly server: ServerProcess
  readonly context: TestContext
  readonly options: ClientOptions
  /** The same, for a tab whose history is recorded under this name. */
  as(device: string): ClientOptions & { readonly who: Actor }
  openTab(before?: Before): Promise<ClientTab>
  openTabs(count: number): Promise<ClientTab[]>
  /** The user Ben, in a separate context. */
  openBen(): Promise<{ readonly ben: ClientTab; readonly context: TestContext }>
  /** The reports of a context's tabs (by default the fixture's) to the test. Opened before those that report. */
  notes(of?: TestContext): Promise<Notes>
  /** A token of that user with this lifetime at most. */
  token(seconds: number): Promise<string>
  /** The same user once more, with an empty disk, outside the browser. */
  elsewhere(): Promise<Chat>
  /** Websockets that the server has right now. */
  sockets(): Promise<number>
}

const SECRET = 'a secret for these pages only, 32 bytes'

export async function tabsFixture(browser: TestBrowser): Promise<TabsFixture> {
  const folder = temporaryFolder()
  const page = `${folder.path}/page`
  await buildPages(page, {
    index: 'client-page-main.ts',
    store: 'store-page-main.ts',
    notes: 'notes-page-main.ts',
  })
  writeWorkers(page)
  const database = `sqlite:${folder.path}/chat.db`
  const server = await serve(['--port', '0', '--database', database, '--static', page, ...NO_LIMITS], {
    env: { ROOMFUL_JWT_SECRET: SECRET },
  })
  const { token, user } = await guest(server.url)
  const context = await browser.newContext()
  const contexts = [context]
  const options = { url: await context.reach(server.url), token, room: 'general' }
  const openTab = (before?: Before): Promise<ClientTab> => ClientTab.open(context, options, before)

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
    openBen: async () => {
      const { token } = await guest(server.url, 'Ben')
      const other = await browser.newContext()
      contexts.push(other)
      const url = await other.reach(server.url)
      return { ben: await ClientTab.open(other, { ...options, url, token }), context: other }
    },
    notes: (of = context) => Notes.of(of, options.url),
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
      for (const one of contexts) await one.close()
      await server[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

/** Signs a guest in. */
export async function guest(url: string, name = 'Ada'): Promise<{ token: string; user: { id: string } }> {
  const response = await fetch(`${url}/auth/guest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  })
  return (await response.json()) as { token: string; user: { id: string } }
}
