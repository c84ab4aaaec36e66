import { setTimeout as delay } from 'node:timers/promises'
import { createTcpProxy, type TcpProxy } from '@roomful/testing/node'
import { orDead } from './or-dead'
import type { Key, Point, TestBrowser, TestContext, TestPage } from './port'
import { carry, descendants, processOf } from './process-of'
import type { WebDriverSession } from './web-driver'
import { type Display, type Driver, startDisplay, startDriver } from './webkit-processes'

/** The limit for what never comes on a page; a busy machine may take its time. */
const PATIENCE_MS = 120_000
const POLL_MS = 5

/** By WebKitWebDriver, with MiniBrowser on a separate virtual screen. */
export async function launchWebKit(): Promise<TestBrowser> {
  const display = await startDisplay()
  const first = await WebKitContext.start(display)
  const contexts = new Set([first])
  let isFirstUsed = false
  const close = async (): Promise<void> => {
    for (const context of contexts) await context.close()
    await display.close()
  }
  return {
    engine: 'webkit',
    version: first.driver.session.browserVersion,
    newContext: async () => {
      if (!isFirstUsed) {
        isFirstUsed = true
        return first
      }
      const context = await WebKitContext.start(display)
      contexts.add(context)
      return context
    },
    close,
    // It stores everything in memory: there is no difference.
    kill: close,
  }
}

/** A separate driver and browser: a session has one profile, which is in memory and ends with it. */
class WebKitContext implements TestContext {
  readonly #pages = new Set<WebKitPage>()
  readonly #proxies: TcpProxy[] = []
  #isOffline = false
  #isClosed = false
  #current: string
  /** One after the other: a command applies to the window that was selected last. */
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(
    readonly driver: Driver,
    readonly first: string,
  ) {
    this.#current = first
  }

  static async start(display: Display): Promise<WebKitContext> {
    const driver = await startDriver(display)
    await driver.session.setTimeouts({ script: PATIENCE_MS, pageLoad: PATIENCE_MS })
    // The first window stays, empty: the session would end with the last window.
    return new WebKitContext(driver, await driver.session.currentWindow())
  }

  /** Does something in a window. */
  in<R>(handle: string, act: (session: WebDriverSession) => Promise<R>): Promise<R> {
    const done = this.#turn.then(async () => {
      if (this.#current !== handle) await this.driver.session.switchTo(handle)
      this.#current = handle
      return act(this.driver.session)
    })
    this.#turn = done.catch(() => undefined)
    return done
  }

  async newPage(): Promise<TestPage> {
    const handle = await this.in(this.first, (session) => session.newWindow())
    const page = new WebKitPage(this, handle)
    this.#pages.add(page)
    return page
  }

  async forget(page: WebKitPage): Promise<void> {
    this.#pages.delete(page)
    await this.in(page.handle, (session) => session.closeWindow())
    await this.in(this.first, async () => {})
  }

  async reach(url: string): Promise<string> {
    const proxy = await createTcpProxy(Number(new URL(url).port))
    if (this.#isOffline) proxy.cut()
    this.#proxies.push(proxy)
    return proxy.url
  }

  /** The driver has no network switch: the proxy cuts the network, and the pages get the event. */
  async setOffline(isOffline: boolean): Promise<void> {
    this.#isOffline = isOffline
    for (const proxy of this.#proxies) isOffline ? proxy.cut() : proxy.heal()
    for (const page of this.#pages) await page.evaluate(tellNetwork, isOffline)
  }

  async cookies(): ReturnType<TestContext['cookies']> {
    const [page] = this.#pages
    return page === undefined ? [] : this.in(page.handle, (session) => session.cookies())
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.driver.close()
    for (const proxy of this.#proxies) await proxy.close()
  }
}

function tellNetwork(isOffline: boolean): void {
  Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => !isOffline })
  window.dispatchEvent(new Event(isOffline ? 'offline' : 'online'))
}

class WebKitPage implements TestPage {
  readonly #errors: string[] = []
  readonly #end = orDead()

  constructor(
    readonly context: WebKitContext,
    readonly handle: string,
  ) {}

  goto(url: string): Promise<void> {
    return this.#load((session) => session.navigate(url))
  }

  goBack(): Promise<void> {
    return this.#load((session) => session.back())
  }

  reload(): Promise<void> {
    return this.#load((session) => session.refresh())
  }

  async #load(act: (session: WebDriverSession) => Promise<unknown>): Promise<void> {
    await this.errors()
    await this.context.in(this.handle, act)
    await this.evaluate(noteErrors)
  }

  async evaluate<R, A>(run: (arg: A) => R | Promise<R>, arg?: A): Promise<R> {
    const id = crypto.randomUUID()
    // Yields to other pages while this one waits for its result. Inline in the script: the policy of the page forbids
    // code made from text.
    let answer = await this.#execute(`const run = ${run}\n${START}`, [id, arg ?? null])
    while (answer.at === 'waiting') {
      await delay(POLL_MS)
      answer = await this.#execute(LOOK, [id])
    }
    if (answer.at === 'failed') throw new Error(answer.reason)
    return answer.value as R
  }

  #execute(script: string, args: readonly unknown[]): Promise<Outcome> {
    if (this.#end.isDead) return Promise.reject(new Error('the page is closed'))
    return this.#end.race(
      this.context.in(this.handle, (session) => session.execute(script, args)) as Promise<Outcome>,
    )
  }

  async click(at: Point): Promise<void> {
    await this.context.in(this.handle, (session) => session.pointer(at, true))
  }

  async hover(at: Point): Promise<void> {
    await this.context.in(this.handle, (session) => session.pointer(at, false))
  }

  async type(text: string): Promise<void> {
    await this.context.in(this.handle, (session) => session.keys(text))
  }

  async press(...keys: readonly Key[]): Promise<void> {
    await this.context.in(this.handle, (session) => session.chord(keys))
  }

  async errors(): Promise<readonly string[]> {
    if (!this.#end.isDead) this.#errors.push(...(await this.evaluate(takeErrors)))
    return this.#errors
  }

  processId(): Promise<number> {
    return processOf(
      () => descendants(this.context.driver.pid),
      (bytes) => this.evaluate(carry, bytes),
    )
  }

  /** Without the process of a page the driver ends the whole session, so this closes the window. */
  async prepareKill(): Promise<() => Promise<void>> {
    return () => this.#close()
  }

  screenshot(): Promise<Uint8Array> {
    return this.context.in(this.handle, (session) => session.screenshot())
  }

  async close(): Promise<void> {
    if (this.#end.isDead) return
    await this.errors()
    await this.#close()
  }

  async #close(): Promise<void> {
    if (this.#end.isDead) return
    this.#end.die('the page was closed')
    await this.context.forget(this)
  }
}

type Outcome =
  | { readonly at: 'waiting' }
  | { readonly at: 'done'; readonly value: unknown }
  | { readonly at: 'failed'; readonly reason: string }

/** How long one poll waits for a result before it yields to other pages. */
const START_WAIT_MS = 15

/** Runs a function, and stores its outcome where LOOK finds it. */
const START = `
const [id, arg, answer] = arguments
const outcomes = (window.testOutcomes ??= new Map())
outcomes.set(id, { at: 'waiting' })
const look = () => {
  const outcome = outcomes.get(id)
  if (outcome === undefined) return
  if (outcome.at !== 'waiting') outcomes.delete(id)
  answer(outcome)
}
const done = new Promise((resolve) => resolve(run(arg))).then(
  (value) => outcomes.set(id, { at: 'done', value }),
  (error) => outcomes.set(id, { at: 'failed', reason: String(error) }),
)
Promise.race([done, new Promise((resolve) => setTimeout(resolve, ${START_WAIT_MS}))]).then(look)
`

const LOOK = `
const [id, answer] = arguments
const outcome = window.testOutcomes?.get(id) ?? { at: 'failed', reason: 'the page was loaded anew' }
if (outcome.at !== 'waiting') window.testOutcomes?.delete(id)
answer(outcome)
`

/** The driver reports no errors: the page collects them. */
function noteErrors(): void {
  if ('testErrors' in window) return
  const errors: string[] = []
  Object.assign(window, { testErrors: errors })
  window.addEventListener('error', ({ message }) => errors.push(message))
  window.addEventListener('unhandledrejection', ({ reason }) => errors.push(`unhandled: ${reason}`))
}

function takeErrors(): string[] {
  const { testErrors } = window as { testErrors?: string[] }
  return testErrors?.splice(0) ?? []
}
