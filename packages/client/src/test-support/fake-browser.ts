import { applyWrite, emptySpace, type StoredSpace, snapshotOf } from '../adapters/stored-space'
import type { Clock } from '../ports/clock'
import { type LocalStore, LocalStoreError } from '../ports/local-store'
import type { LockHold, TabsPort } from '../ports/tabs'

type Lock = { holder: FakeTab; lose(): void }
type Waiting = { tab: FakeTab; grant(hold: LockHold | null): void; signal: AbortSignal | undefined }

/** One origin in one browser: its tabs, their locks and channels, and the disk that they share. */
export class FakeBrowser {
  readonly tabs: FakeTab[] = []
  /** By user, as IndexedDB has one database each. */
  readonly spaces = new Map<string, StoredSpace>()
  lastUser: string | null = null
  private readonly held = new Map<string, Lock>()
  private readonly waiting = new Map<string, Waiting[]>()

  constructor(private readonly clock: Clock) {}

  space(userId: string): StoredSpace {
    const space = this.spaces.get(userId) ?? emptySpace()
    this.spaces.set(userId, space)
    return space
  }

  /** What is kept of the user of most tests. */
  get disk(): StoredSpace {
    return this.space('ada')
  }

  /** `skewMs`: how wrong the clock is. */
  tab(skewMs = 0): FakeTab {
    const { clock } = this
    const tab = new FakeTab(this, {
      now: () => clock.now() + skewMs,
      monotonic: () => clock.monotonic?.() ?? clock.now(),
      setTimer: (ms, fn) => clock.setTimer(ms, fn),
    })
    this.tabs.push(tab)
    return tab
  }

  holder(name: string): FakeTab | undefined {
    return this.held.get(name)?.holder
  }

  lock(
    tab: FakeTab,
    name: string,
    how: 'wait' | 'try' | 'steal',
    signal?: AbortSignal,
  ): Promise<LockHold | null> {
    return new Promise((resolve) => {
      const grant = (hold: LockHold | null): void => tab.run(() => resolve(hold))
      if (how === 'steal') {
        this.held.get(name)?.lose()
        this.held.delete(name)
      }
      if (!this.held.has(name)) this.grant(tab, name, grant)
      else if (how === 'try') grant(null)
      else this.waiting.set(name, [...(this.waiting.get(name) ?? []), { tab, grant, signal }])
      signal?.addEventListener('abort', () => {
        const queue = this.waiting.get(name) ?? []
        const mine = queue.find((waiting) => waiting.grant === grant)
        this.waiting.set(
          name,
          queue.filter((waiting) => waiting !== mine),
        )
        if (mine) grant(null)
      })
    })
  }

  private grant(tab: FakeTab, name: string, tell: (hold: LockHold) => void): void {
    let lose = (): void => {}
    const lost = new Promise<void>((resolve) => {
      lose = () => tab.run(resolve)
    })
    const lock: Lock = { holder: tab, lose }
    this.held.set(name, lock)
    tell({ lost, release: () => this.release(name, lock) })
  }

  private release(name: string, lock: Lock): void {
    if (this.held.get(name) !== lock) return
    this.held.delete(name)
    const queue = (this.waiting.get(name) ?? []).filter(({ tab, signal }) => !tab.dead && !signal?.aborted)
    const next = queue.shift()
    this.waiting.set(name, queue)
    if (next) this.grant(next.tab, name, next.grant)
  }

  /** A tab is gone, without a word. */
  bury(tab: FakeTab): void {
    for (const [name, lock] of [...this.held]) if (lock.holder === tab) this.release(name, lock)
  }
}

/** One tab: killed, frozen, deafened and hidden by hand. What comes to a frozen tab is run when it goes on. */
export class FakeTab {
  dead = false
  frozen = false
  /** What other tabs say is lost, as in Chromium while the debugger has stopped the page. */
  deaf = false
  private visible = true
  private user: string | null = null
  private due: (() => void)[] = []
  private readonly listeners = new Set<(state: 'visible' | 'hidden' | 'frozen') => void>()
  readonly heard = new Map<string, Set<(message: unknown) => void>>()

  constructor(
    private readonly browser: FakeBrowser,
    private readonly base: Clock,
  ) {}

  readonly clock: Clock = {
    now: () => this.base.now(),
    monotonic: () => this.base.monotonic?.() ?? this.base.now(),
    setTimer: (ms, fn) => this.base.setTimer(ms, () => this.run(fn)),
  }

  readonly port: TabsPort = {
    lock: (name, how, signal) => this.browser.lock(this, name, how, signal),
    settled: async () => {},
    channel: (name, onMessage) => {
      const here = this.heard.get(name) ?? new Set()
      this.heard.set(name, here.add(onMessage))
      return {
        post: (message) => {
          // As a channel does: what cannot be cloned throws here.
          const copy: unknown = structuredClone(message)
          for (const tab of this.browser.tabs)
            if (tab !== this && !this.dead)
              queueMicrotask(() =>
                tab.run(() => {
                  if (tab.deaf) return
                  for (const hear of tab.heard.get(name) ?? []) hear(structuredClone(copy))
                }),
              )
        },
        close: () => here.delete(onMessage),
      }
    },
    isVisible: () => this.visible,
    onPage: (listener) => {
      this.listeners.add(listener)
      return () => this.listeners.delete(listener)
    },
  }

  /** A hold on the shared disk, as each tab has its own handle to one database. */
  readonly store: LocalStore = {
    kind: 'indexeddb',
    open: ({ userId }) =>
      this.alive(() => {
        this.user = userId ?? this.browser.lastUser
        this.browser.lastUser = this.user
        return snapshotOf(this.user === null ? emptySpace() : this.browser.space(this.user))
      }),
    readChunks: (roomId, indexes) =>
      this.alive(() =>
        indexes.flatMap((index) => {
          const messages = this.opened().chunks.get(roomId)?.get(index)
          return messages ? [{ index, messages }] : []
        }),
      ),
    write: (write) => this.alive(() => applyWrite(this.opened(), structuredClone(write))),
    wipe: () =>
      this.alive(() => {
        Object.assign(this.opened(), emptySpace())
      }),
    close: async () => {},
  }

  private opened(): StoredSpace {
    if (this.user === null) throw new LocalStoreError('unavailable', 'no space is open')
    return this.browser.space(this.user)
  }

  private alive<T>(call: () => T): Promise<T> {
    if (this.dead) return Promise.reject(new LocalStoreError('lost', 'the tab is gone'))
    return new Promise((resolve, reject) =>
      this.run(() => {
        try {
          resolve(call())
        } catch (error) {
          reject(error)
        }
      }),
    )
  }

  run(task: () => void): void {
    if (this.dead) return
    if (this.frozen) this.due.push(task)
    else task()
  }

  kill(): void {
    this.dead = true
    this.browser.bury(this)
  }

  /** `told`: the page hears of it before, as it does where the browser freezes a background tab. */
  freeze(told = false): void {
    if (told) this.tell('frozen')
    this.frozen = true
  }

  thaw(): void {
    this.frozen = false
    for (const task of this.due.splice(0)) this.run(task)
  }

  show(visible: boolean): void {
    this.visible = visible
    this.tell(visible ? 'visible' : 'hidden')
  }

  private tell(state: 'visible' | 'hidden' | 'frozen'): void {
    for (const listener of this.listeners) listener(state)
  }
}
