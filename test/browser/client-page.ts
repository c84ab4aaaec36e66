import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { waitUntil } from '@roomful/testing'
import type { BrowserContext, Page } from 'playwright-core'
import { build } from 'tsup'
import type { ClientLook, InPage } from './client-page-main'

/** A page with nothing but the built client in it, to be served from this folder. */
export async function buildClientPage(folder: string): Promise<void> {
  await build({
    config: false,
    silent: true,
    clean: false,
    entry: { page: fileURLToPath(new URL('client-page-main.ts', import.meta.url)) },
    outDir: folder,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    splitting: true,
    noExternal: [/.*/],
    outExtension: () => ({ js: '.js' }),
  })
  writeFileSync(`${folder}/index.html`, '<!doctype html><script type="module" src="/page.js"></script>')
}

type ClientWindow = { readonly client: InPage }

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

  static async open(
    context: BrowserContext,
    url: string,
    token: string,
    room = 'general',
  ): Promise<ClientTab> {
    const tab = new ClientTab(await context.newPage())
    await tab.page.goto(url)
    await tab.page.waitForFunction(() => 'client' in window)
    await tab.page.evaluate((options) => (window as unknown as ClientWindow).client.open(options), {
      url,
      token,
      room,
    })
    return tab
  }

  /** Resolves when all of them would survive the end of the tab. */
  send(texts: readonly string[]): Promise<void> {
    return this.page.evaluate((all) => (window as unknown as ClientWindow).client.send(all), texts)
  }

  look(): Promise<ClientLook> {
    return this.page.evaluate(() => (window as unknown as ClientWindow).client.look())
  }

  setDraft(text: string): Promise<void> {
    return this.page.evaluate((draft) => (window as unknown as ClientWindow).client.setDraft(draft), text)
  }

  /** Nothing runs in the page for so long: as when it is stuck, or the browser has put it to sleep. */
  hang(ms: number): Promise<void> {
    return this.page.evaluate((time) => (window as unknown as ClientWindow).client.hang(time), ms)
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
