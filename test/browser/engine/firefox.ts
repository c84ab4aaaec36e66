import puppeteer, { type Browser, type BrowserContext, type Page } from 'puppeteer-core'
import { findFirefox } from '../../../scripts/test-tools.mjs'
import { orDead } from './or-dead'
import type { Key, Point, TestBrowser, TestContext, TestPage } from './port'
import { carry, descendants, killIfThere, processOf } from './process-of'

/** The limit for what never comes on a page; a busy machine may take its time. */
const PATIENCE_MS = 120_000

const PREFS = {
  // A process for each page, as users have it for different sites: blocking one blocks no other.
  'dom.ipc.processCount.webIsolated': 64,
  // Back-button navigations come from memory, as they do for users. Some test profiles switch that off.
  'browser.sessionhistory.max_total_viewers': -1,
  'fission.bfcacheInParent': true,
}

/** A failed websocket is not an error of the page's code, but Firefox reports it as one. */
const IS_OF_THE_NETWORK = /^Error: (Firefox can’t establish a connection to|The connection to) .*ws:/

/** Over WebDriver BiDi, Firefox's native protocol. */
export async function launchFirefox(profile?: string): Promise<TestBrowser> {
  const executablePath = findFirefox()
  if (executablePath === undefined) throw new Error('There is no Firefox: `npm test` installs one')
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    ...(profile === undefined ? {} : { userDataDir: profile }),
    extraPrefsFirefox: PREFS,
    timeout: PATIENCE_MS,
    protocolTimeout: 2 * PATIENCE_MS,
  })
  return {
    engine: 'firefox',
    version: (await browser.version()).replace('firefox/', ''),
    newContext: async () =>
      new FirefoxContext(
        browser,
        profile === undefined ? await browser.createBrowserContext() : browser.defaultBrowserContext(),
      ),
    close: () => browser.close(),
    kill: async () => {
      const pid = browser.process()?.pid ?? Number.NaN
      const below = descendants(pid)
      process.kill(pid, 'SIGKILL')
      for (const one of below) killIfThere(one)
      // After the browser has ended, puppeteer restores files of the profile, and only its `close` waits for that.
      await browser.close()
    },
  }
}

class FirefoxContext implements TestContext {
  readonly #pages = new Set<Page>()
  #isOffline = false

  constructor(
    readonly browser: Browser,
    readonly context: BrowserContext,
  ) {}

  async newPage(): Promise<TestPage> {
    const page = await this.context.newPage({ type: 'window' })
    page.setDefaultTimeout(PATIENCE_MS)
    this.#pages.add(page)
    // The switch is per page: it must be set for each new one.
    if (this.#isOffline) await page.setOfflineMode(true)
    return new FirefoxPage(this.browser, page, () => this.#pages.delete(page))
  }

  async reach(url: string): Promise<string> {
    return url
  }

  async setOffline(isOffline: boolean): Promise<void> {
    this.#isOffline = isOffline
    for (const page of this.#pages) await page.setOfflineMode(isOffline)
  }

  cookies(): ReturnType<TestContext['cookies']> {
    return this.context.cookies()
  }

  async close(): Promise<void> {
    // A profile's default context is the browser's own, and that of a killed browser is gone.
    if (this.browser.connected && this.context.id !== undefined) await this.context.close()
  }
}

class FirefoxPage implements TestPage {
  readonly #errors: string[] = []
  readonly #end = orDead()

  constructor(
    readonly browser: Browser,
    readonly page: Page,
    readonly onEnd: () => void,
  ) {
    page.on('pageerror', (error) => {
      const text = String(error)
      if (!IS_OF_THE_NETWORK.test(text)) this.#errors.push(text)
    })
  }

  async goto(url: string): Promise<void> {
    await this.page.goto(url)
  }

  async goBack(): Promise<void> {
    await this.page.goBack()
  }

  async reload(): Promise<void> {
    await this.page.reload()
  }

  async evaluate<R, A>(run: (arg: A) => R | Promise<R>, arg?: A): Promise<R> {
    return this.#end.race(this.page.evaluate(run as (arg: unknown) => R | Promise<R>, arg))
  }

  click({ x, y }: Point): Promise<void> {
    return this.page.mouse.click(x, y)
  }

  hover({ x, y }: Point): Promise<void> {
    return this.page.mouse.move(x, y)
  }

  type(text: string): Promise<void> {
    return this.page.keyboard.type(text)
  }

  async press(...keys: readonly Key[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.down(key)
    for (const key of keys.toReversed()) await this.page.keyboard.up(key)
  }

  async errors(): Promise<readonly string[]> {
    return this.#errors
  }

  processId(): Promise<number> {
    const root = this.browser.process()?.pid ?? Number.NaN
    return processOf(
      () => descendants(root),
      (bytes) => this.evaluate(carry, bytes),
    )
  }

  async prepareKill(): Promise<() => Promise<void>> {
    const pid = await this.processId()
    return async () => {
      this.onEnd()
      process.kill(pid, 'SIGKILL')
      // Firefox does not answer for a page without a process.
      this.#end.die('the process of the page was killed')
    }
  }

  screenshot(): Promise<Uint8Array> {
    return this.page.screenshot()
  }

  close(): Promise<void> {
    this.onEnd()
    return this.page.close()
  }
}
