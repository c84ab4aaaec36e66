import { readFileSync } from 'node:fs'
import { waitUntil } from '@roomful/testing'
import type { BrowserContext, Page } from 'playwright-core'
import type { ClientLook, ClientOptions, InPage } from './client-page-main'

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

  /** What the browser does to a page in the background: it says so, and then nothing runs there. Returns what ends it. */
  async freeze(): Promise<() => Promise<void>> {
    const devtools = await this.page.context().newCDPSession(this.page)
    await devtools.send('Debugger.enable')
    await this.page.evaluate(() => document.dispatchEvent(new Event('freeze')))
    await devtools.send('Debugger.pause')
    return async () => {
      await devtools.send('Debugger.disable')
    }
  }

  /** Its process gets no time any more, and does not know. Returns what ends it. */
  async stop(): Promise<() => void> {
    const devtools = await this.page.context().browser()?.newBrowserCDPSession()
    const { processInfo = [] } = (await devtools?.send('SystemInfo.getProcessInfo')) ?? {}
    const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id)
    // The browser does not tell whose process is whose: it is the one that works while the page does.
    const before = new Map(renderers.map((id) => [id, ticksOf(id)]))
    await this.hang(700)
    const spent = renderers.map((id) => ({ id, ticks: ticksOf(id) - (before.get(id) ?? 0) }))
    const [busiest, next] = spent.sort((a, b) => b.ticks - a.ticks)
    if (busiest === undefined || busiest.ticks < 2 * (next?.ticks ?? 0))
      throw new Error(`which process is it? ${JSON.stringify(spent)}`)
    process.kill(busiest.id, 'SIGSTOP')
    return () => void process.kill(busiest.id, 'SIGCONT')
  }

  /** The page is shown, or hidden, as far as it is told: without a screen nothing is ever hidden. */
  async show(visibility: 'visible' | 'hidden'): Promise<void> {
    await this.page.evaluate((state) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state })
      document.dispatchEvent(new Event('visibilitychange'))
    }, visibility)
  }

  /** Live, with nothing unsent, and online since after this moment. */
  async settled(since = 0, timeoutMs = 30_000): Promise<ClientLook> {
    let last: ClientLook | undefined
    await waitUntil(
      'the tab to be live',
      async () => {
        last = await this.look()
        return last.status === 'live' && last.unsent === 0 && last.onlineAt >= since
      },
      timeoutMs,
    ).catch((error: Error) => {
      throw new Error(`${error.message}: ${JSON.stringify({ ...last, texts: last?.texts.length })}`)
    })
    if (last === undefined) throw new Error('the tab was never looked at')
    return last
  }
}

/** CPU time of a process so far, in hundredths of a second. */
function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return Number(fields[11]) + Number(fields[12])
}
