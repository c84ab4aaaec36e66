import { waitUntil } from '@roomful/testing'
import type { ClientLook, ClientOptions, InPage, StorageState } from './client-page-main'
import type { TestContext, TestPage } from './engine/port'

/**
 * Since when nothing runs in a page (its followers may have moved on before the test sees it), and the function that
 * ends this.
 */
export type Stopped = { readonly since: number; goOn(): Promise<unknown> }

/** Runs in the page before its client is created, each time the page loads. */
export type Before = () => void

/** One tab with a client in it. */
export class ClientTab {
  #kill: (() => Promise<void>) | undefined

  private constructor(
    readonly page: TestPage,
    readonly before: Before | undefined,
  ) {}

  /** A tab whose room is live. */
  static async open(context: TestContext, options: ClientOptions, before?: Before): Promise<ClientTab> {
    const tab = await ClientTab.load(context, options, before)
    await tab.settled()
    return tab
  }

  /** A tab whose client has just been created: there may be no server at all. */
  static async load(context: TestContext, options: ClientOptions, before?: Before): Promise<ClientTab> {
    const tab = new ClientTab(await context.newPage(), before)
    await tab.start(options)
    return tab
  }

  /** Loads the page, or reloads it. */
  async start(options: ClientOptions): Promise<void> {
    await this.page.goto(options.url)
    await waitUntil('the code of the page', () => this.page.evaluate(() => 'client' in window))
    if (this.before) await this.page.evaluate(this.before)
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

  /** Nothing runs in the page for this long: as when it hangs, or the browser has put it to sleep. */
  hang(ms: number): Promise<void> {
    return this.call('hang', ms)
  }

  errors(): Promise<readonly string[]> {
    return this.page.errors()
  }

  /** So that `kill` takes no time. Keeps the page busy for a moment. */
  async prepareKill(): Promise<void> {
    this.#kill = await this.page.prepareKill()
  }

  /** The process of the page ends, without notice. */
  async kill(): Promise<void> {
    const kill = this.#kill ?? (await this.page.prepareKill())
    await kill()
  }

  /** The page is shown or hidden, as far as it can see: without a screen no page is ever hidden. */
  async show(visibility: 'visible' | 'hidden'): Promise<void> {
    await this.page.evaluate((state) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state })
      document.dispatchEvent(new Event('visibilitychange'))
    }, visibility)
  }

  /** The app gets this storage status, with this reason, or none. */
  async storageIs(status: StorageState['status'], reason?: RegExp): Promise<void> {
    let storage: StorageState | undefined
    await waitUntil(`storage to be ${status}`, async () => {
      storage = (await this.look()).storage
      return storage.status === status && (reason?.test(storage.reason ?? '') ?? storage.reason === undefined)
    }).catch((error: Error) => {
      throw new Error(`${error.message}: ${JSON.stringify(storage)}`)
    })
  }

  /** This message arrived once, and everything else is sent. */
  async receives(text: string): Promise<void> {
    await waitUntil(
      `${text} to arrive`,
      async () => (await this.settled()).texts.filter((t) => t === text).length === 1,
    )
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

export async function errorsOf(
  ...pages: readonly { errors(): Promise<readonly string[]> }[]
): Promise<string[]> {
  return (await Promise.all(pages.map((page) => page.errors()))).flat()
}
