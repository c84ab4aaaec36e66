import { readFileSync } from 'node:fs'
import { waitUntil } from '@roomful/testing'
import type { BrowserContext, Page } from 'playwright-core'
import type { ClientLook, ClientOptions, InPage } from './client-page-main'

/** More than a page grows by itself within a moment. */
const BALLAST_BYTES = 128 * 1024 * 1024

/** Since when nothing runs in a page (its followers may have moved on before the test is told), and what ends it. */
export type Stopped = { readonly since: number; goOn(): Promise<unknown> }

/** One tab with a client in it. */
export class ClientTab {
  /** Websockets of this tab that are open. */
  sockets = 0
  readonly errors: string[] = []

  private constructor(readonly page: Page) {
    page.on('pageerror', (error) => this.errors.push(String(error)))
    page.on('websocket', (socket) => {
      this.sockets++
      socket.on('close', () => this.sockets--)
    })
  }

  /** A tab whose room is live. */
  static async open(context: BrowserContext, options: ClientOptions): Promise<ClientTab> {
    const tab = await ClientTab.load(context, options)
    await tab.settled()
    return tab
  }

  /** A tab whose client has only just been made: there may be no server at all. */
  static async load(context: BrowserContext, options: ClientOptions): Promise<ClientTab> {
    const tab = new ClientTab(await context.newPage())
    await tab.start(options)
    return tab
  }

  /** Loads the page, or loads it again. */
  async start(options: ClientOptions): Promise<void> {
    await this.page.goto(options.url)
    await this.page.waitForFunction(() => 'client' in window)
    await this.call('open', options)
  }

  /** Calls one function of the page. */
  call<K extends keyof InPage>(
    name: K,
    ...args: Parameters<InPage[K]>
  ): Promise<Awaited<ReturnType<InPage[K]>>> {
    return this.page.evaluate(
      ([key, values]) => {
        const { client } = window as unknown as { client: Record<string, (...args: unknown[]) => unknown> }
        return client[key]?.(...values) as never
      },
      [name, args] as [string, unknown[]],
    )
  }

  /** Resolves when all of them would survive the end of the tab. */
  send(texts: readonly string[]): Promise<void> {
    return this.call('send', texts)
  }

  look(): Promise<ClientLook> {
    return this.call('look')
  }

  setDraft(text: string): Promise<void> {
    return this.call('setDraft', text)
  }

  /** Nothing runs in the page for so long: as when it is stuck, or the browser has put it to sleep. */
  hang(ms: number): Promise<void> {
    return this.call('hang', ms)
  }

  /** The process of the page ends, without a word to anybody. */
  async crash(): Promise<void> {
    const crashed = this.page.waitForEvent('crash')
    const devtools = await this.page.context().newCDPSession(this.page)
    // It never answers: there is nobody left to.
    devtools.send('Page.crash').catch(() => undefined)
    await crashed
  }

  /** What the browser does to a page in the background: it says so, and then nothing runs there. */
  async freeze(): Promise<Stopped> {
    const devtools = await this.page.context().newCDPSession(this.page)
    await devtools.send('Debugger.enable')
    const since = Date.now()
    await this.page.evaluate(() => document.dispatchEvent(new Event('freeze')))
    await devtools.send('Debugger.pause')
    return { since, goOn: () => devtools.send('Debugger.disable') }
  }

  /**
   * The process in which the page runs. The browser does not tell: it is the one that grows by what the page takes. To
   * take it keeps the page busy, long enough on a busy machine for other tabs to take the line from it.
   */
  async findProcess(): Promise<number> {
    const devtools = await this.page.context().browser()?.newBrowserCDPSession()
    const { processInfo = [] } = (await devtools?.send('SystemInfo.getProcessInfo')) ?? {}
    const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id)
    const before = new Map(renderers.map((id) => [id, residentBytes(id)]))
    const ballast = await this.page.evaluateHandle((bytes) => new Uint8Array(bytes).fill(1), BALLAST_BYTES)
    const grown = renderers.filter((id) => residentBytes(id) - (before.get(id) ?? 0) > BALLAST_BYTES / 2)
    await ballast.dispose()
    const [pid] = grown
    if (pid === undefined || grown.length > 1)
      throw new Error(`which process is it? ${JSON.stringify(grown)}`)
    return pid
  }

  /** The page is shown, or hidden, as far as it is told: without a screen nothing is ever hidden. */
  async show(visibility: 'visible' | 'hidden'): Promise<void> {
    await this.page.evaluate((state) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state })
      document.dispatchEvent(new Event('visibilitychange'))
    }, visibility)
  }

  /** Live, with nothing unsent, and online since after this moment. */
  async settled(since = 0): Promise<ClientLook> {
    let last: ClientLook | undefined
    await waitUntil('the tab to be live', async () => {
      last = await this.look()
      return last.status === 'live' && last.unsent === 0 && last.onlineAt >= since
    }).catch((error: Error) => {
      throw new Error(`${error.message}: ${JSON.stringify({ ...last, texts: last?.texts.length })}`)
    })
    if (last === undefined) throw new Error('the tab was never looked at')
    return last
  }
}

/** What a process holds in memory, in bytes. Source: proc(5), the second field of statm, in pages of 4 KiB. */
function residentBytes(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4_096
}
