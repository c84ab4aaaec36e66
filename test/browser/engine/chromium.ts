import { type Browser, type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core'
import { findChromium, findHeadlessShell } from '../../../scripts/test-tools.mjs'
import type { Key, Point, TestBrowser, TestContext, TestPage } from './port'
import { carry, processOf } from './process-of'

/** No sandbox as root in a container; no GPU, no updates, no telemetry: only the page and the server. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The limit for what never comes on a page; a busy machine may take its time. */
const PATIENCE_MS = 120_000

/** See `launchBrowser` in ../engines.ts. */
export const launchHeadlessShell = (): Promise<TestBrowser> => launch(findHeadlessShell() ?? findChromium())

export const launchChromium = (profile?: string): Promise<TestBrowser> => launch(findChromium(), profile)

async function launch(executablePath: string | undefined, profile?: string): Promise<TestBrowser> {
  if (executablePath === undefined) throw new Error('There is no Chromium: `npm test` installs one')
  const options = {
    executablePath,
    args: ARGS,
    // Playwright switches it off: its own navigation does not notice a page that comes back. Users have it on.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    timeout: PATIENCE_MS,
  }
  const lasting = profile === undefined ? null : await chromium.launchPersistentContext(profile, options)
  const browser = lasting?.browser() ?? (await chromium.launch(options))
  return {
    engine: 'chromium',
    version: browser.version(),
    newContext: async () => contextOf(browser, lasting ?? (await browser.newContext())),
    close: () => browser.close(),
    kill: async () => {
      const ended = new Promise((resolve) => browser.once('disconnected', resolve))
      const devtools = await browser.newBrowserCDPSession()
      // It never answers: the browser is gone.
      devtools.send('Browser.crash').catch(() => undefined)
      await ended
    },
  }
}

function contextOf(browser: Browser, context: BrowserContext): TestContext {
  context.setDefaultTimeout(PATIENCE_MS)
  return {
    newPage: async () => new ChromiumPage(browser, await context.newPage()),
    reach: async (url) => url,
    setOffline: (isOffline) => context.setOffline(isOffline),
    cookies: () => context.cookies(),
    close: async () => {
      if (browser.isConnected()) await context.close()
    },
  }
}

/** For what only Chromium can do: see `LACKING` in ../suites.mjs. */
export function devtoolsOf(page: TestPage): Promise<CDPSession> {
  if (!(page instanceof ChromiumPage)) throw new Error('only Chromium has these')
  return page.devtools()
}

class ChromiumPage implements TestPage {
  readonly #errors: string[] = []

  constructor(
    readonly browser: Browser,
    readonly page: Page,
  ) {
    page.on('pageerror', (error) => this.#errors.push(String(error)))
  }

  devtools(): Promise<CDPSession> {
    return this.page.context().newCDPSession(this.page)
  }

  async goto(url: string): Promise<void> {
    await this.page.goto(url)
  }

  async goBack(): Promise<void> {
    await this.page.goBack({ waitUntil: 'commit' })
  }

  async reload(): Promise<void> {
    await this.page.reload()
  }

  evaluate<R, A>(run: (arg: A) => R | Promise<R>, arg?: A): Promise<R> {
    // Elsewhere only JSON comes through.
    return this.page.evaluate(run as (arg: unknown) => R | Promise<R>, arg)
  }

  async click({ x, y }: Point): Promise<void> {
    await this.page.mouse.click(x, y)
  }

  async hover({ x, y }: Point): Promise<void> {
    await this.page.mouse.move(x, y)
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text)
  }

  async press(...keys: readonly Key[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.down(key)
    for (const key of keys.toReversed()) await this.page.keyboard.up(key)
  }

  async errors(): Promise<readonly string[]> {
    return this.#errors
  }

  async processId(): Promise<number> {
    const devtools = await this.browser.newBrowserCDPSession()
    const { processInfo } = await devtools.send('SystemInfo.getProcessInfo')
    const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id)
    await devtools.detach()
    return processOf(
      () => renderers,
      (bytes) => this.evaluate(carry, bytes),
    )
  }

  async prepareKill(): Promise<() => Promise<void>> {
    const devtools = await this.devtools()
    return async () => {
      const crashed = this.page.waitForEvent('crash')
      // It never answers: the page is gone.
      devtools.send('Page.crash').catch(() => undefined)
      await crashed
    }
  }

  screenshot(): Promise<Uint8Array> {
    return this.page.screenshot()
  }

  close(): Promise<void> {
    return this.page.close()
  }
}
