import type { LockHold, TabsPort } from '@roomful/client'
import type { VirtualTime } from './virtual-time'

/** The delay of a message between tabs. */
const MESSAGE_MS = 1

type Held = { readonly tab: Tab; lose(): void }
type Waiting = { readonly tab: Tab; readonly grant: (hold: LockHold | null) => void }

/** One browser: tabs that share a disk, a login session, locks and channels. */
export class Browser {
  /** How often its user has signed in anew. */
  sessions = 0
  readonly tabs = new Set<Tab>()
  readonly #held = new Map<string, Held>()
  readonly #waiting = new Map<string, Waiting[]>()

  constructor(
    readonly name: string,
    readonly time: VirtualTime,
  ) {}

  /** What a program that starts in a tab gets. */
  open(): Tab {
    const tab = new Tab(this)
    this.tabs.add(tab)
    return tab
  }

  lock(
    tab: Tab,
    name: string,
    how: 'wait' | 'try' | 'steal',
    signal?: AbortSignal,
  ): Promise<LockHold | null> {
    return new Promise((resolve) => {
      const grant = (hold: LockHold | null): void => tab.run(() => resolve(hold))
      const held = this.#held.get(name)
      if (held === undefined || how === 'steal') {
        held?.lose()
        return this.#grant({ tab, grant }, name)
      }
      if (how === 'try' || signal?.aborted) return grant(null)
      const waiting = { tab, grant }
      this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), waiting])
      signal?.addEventListener('abort', () => {
        if (this.#leave(name, waiting)) grant(null)
      })
    })
  }

  post(from: Tab, channel: string, message: unknown): void {
    const text = JSON.stringify(message)
    for (const tab of this.tabs)
      if (tab !== from)
        this.time.schedule(MESSAGE_MS, `${this.name}'s tabs`, () => tab.run(() => tab.receive(channel, text)))
  }

  /** A tab dies without notice: its locks are free. */
  bury(tab: Tab): void {
    this.tabs.delete(tab)
    for (const [name, queue] of this.#waiting)
      for (const waiting of queue) if (waiting.tab === tab) this.#leave(name, waiting)
    for (const [name, held] of [...this.#held]) if (held.tab === tab) this.#release(name, held)
  }

  #grant({ tab, grant }: Waiting, name: string): void {
    let lose = (): void => {}
    const lost = new Promise<void>((resolve) => {
      lose = () => tab.run(resolve)
    })
    const held: Held = { tab, lose }
    this.#held.set(name, held)
    grant({ lost, release: () => this.#release(name, held) })
  }

  #release(name: string, held: Held): void {
    if (this.#held.get(name) !== held) return
    this.#held.delete(name)
    const [next] = this.#waiting.get(name) ?? []
    if (next === undefined) return
    this.#leave(name, next)
    this.#grant(next, name)
  }

  #leave(name: string, waiting: Waiting): boolean {
    const queue = this.#waiting.get(name) ?? []
    const rest = queue.filter((one) => one !== waiting)
    this.#waiting.set(name, rest)
    return rest.length < queue.length
  }
}

/** One tab, from its start to its end. What arrives at a sleeping one runs when it continues. */
export class Tab implements TabsPort {
  #isDead = false
  #due: (() => void)[] | null = null
  readonly #listeners = new Map<string, Set<(message: unknown) => void>>()

  constructor(private readonly browser: Browser) {}

  lock: TabsPort['lock'] = (name, how, signal) => this.browser.lock(this, name, how, signal)

  settled = async (): Promise<void> => {}

  channel: TabsPort['channel'] = (name, onMessage) => {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners.add(onMessage))
    return {
      post: (message) => {
        if (!this.#isDead) this.browser.post(this, name, message)
      },
      close: () => void listeners.delete(onMessage),
    }
  }

  isVisible = (): boolean => true

  onPage: TabsPort['onPage'] = () => () => {}

  receive(channel: string, text: string): void {
    for (const listener of this.#listeners.get(channel) ?? []) listener(JSON.parse(text))
  }

  run(task: () => void): void {
    if (this.#isDead) return
    if (this.#due === null) task()
    else this.#due.push(task)
  }

  sleep(): void {
    this.#due ??= []
  }

  wake(): void {
    const due = this.#due
    this.#due = null
    for (const task of due ?? []) this.run(task)
  }

  close(): void {
    this.#isDead = true
    this.browser.bury(this)
  }
}
