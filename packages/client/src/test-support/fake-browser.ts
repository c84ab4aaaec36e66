import type { Message } from '@roomful/protocol'
import type { Clock } from '../platform/clock'
import { type MemorySpaces, storeIn } from '../storage/backends/memory'
import { pathOf, textOf } from '../storage/backends/records'
import type { StoredEntry, StoredMeta, StoredRoom } from '../storage/local-copy'
import { type LocalStore, LocalStoreError } from '../storage/port'
import type { LockHold, TabsPort } from '../tabs/port'

type Lock = { holder: FakeTab; lose(): void }
type Waiting = { tab: FakeTab; grant(hold: LockHold | null): void; signal: AbortSignal | undefined }

const META = textOf(['meta', 'meta'])

/** One origin in one browser: its tabs, their locks and channels, and the disk that they share. */
export class FakeBrowser {
  readonly tabs: FakeTab[] = []
  readonly spaces: MemorySpaces = new Map()
  /** As an older version left them: IndexedDB keeps more than JSON. */
  readonly left = new Map<string, unknown>()
  private readonly held = new Map<string, Lock>()
  private readonly waiting = new Map<string, Waiting[]>()

  constructor(private readonly clock: Clock) {}

  /** What is kept of the user of most tests. */
  get disk() {
    const records =
      [...this.spaces].find(([name]) => name.endsWith('"ada"]'))?.[1] ?? new Map<string, string>()
    const rooms = new Map<string, StoredRoom>()
    const entries = new Map<string, StoredEntry>()
    const chunks = new Map<string, Map<number, readonly Message[]>>()
    for (const [text, value] of records) {
      const [table, key, index] = pathOf(text)
      const name = String(key)
      if (table === 'rooms') rooms.set(name, JSON.parse(value))
      if (table === 'entries') entries.set(name, JSON.parse(value))
      if (table === 'chunks')
        chunks.set(name, new Map([...(chunks.get(name) ?? []), [Number(index), JSON.parse(value)]]))
    }
    const meta: StoredMeta | null = JSON.parse(records.get(META) ?? 'null')
    return { rooms, entries, chunks, meta }
  }

  /** Another program leaves an entry there. */
  leave(entry: StoredEntry): void {
    const name = JSON.stringify(['test:', 'ada'])
    const records = this.spaces.get(name) ?? new Map<string, string>()
    this.spaces.set(
      name,
      records.set(textOf(['entries', entry.clientId]), JSON.stringify({ left: entry.clientId })),
    )
    this.left.set(entry.clientId, structuredClone(entry))
  }

  asLeft(value: unknown): unknown {
    const isLeft = typeof value === 'object' && value !== null && 'left' in value
    return isLeft ? structuredClone(this.left.get(String(value.left))) : value
  }

  /** Deletes the record of whose copy it is. */
  forgetMeta(): void {
    for (const records of this.spaces.values()) records.delete(META)
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

  private grant(tab: FakeTab, name: string, deliver: (hold: LockHold) => void): void {
    let lose = (): void => {}
    const lost = new Promise<void>((resolve) => {
      lose = () => tab.run(resolve)
    })
    const lock: Lock = { holder: tab, lose }
    this.held.set(name, lock)
    deliver({ lost, release: () => this.release(name, lock) })
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

/** One tab: killed, frozen, deafened and hidden by hand. Messages to a frozen tab run when it wakes. */
export class FakeTab {
  dead = false
  frozen = false
  /** It cannot read the disk. */
  unreadable = false
  /** What it saves waits for this. */
  slow: Promise<void> | null = null
  /** Messages of other tabs are lost, as in Chromium while the debugger has stopped the page. */
  deaf = false
  private visible = true
  private due: (() => void)[] = []
  private readonly listeners = new Set<(state: 'visible' | 'hidden' | 'frozen') => void>()
  readonly channelListeners = new Map<string, Set<(message: unknown) => void>>()

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
      const here = this.channelListeners.get(name) ?? new Set()
      this.channelListeners.set(name, here.add(onMessage))
      return {
        post: (message) => {
          // As a channel does: what cannot be cloned throws here.
          const copy: unknown = structuredClone(message)
          for (const tab of this.browser.tabs)
            if (tab !== this && !this.dead)
              queueMicrotask(() =>
                tab.run(() => {
                  if (tab.deaf) return
                  for (const listen of tab.channelListeners.get(name) ?? []) listen(structuredClone(copy))
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
  get store(): LocalStore {
    const disk = storeIn(this.browser.spaces)
    return {
      kind: 'indexeddb',
      open: (name) =>
        this.alive(async () => {
          const space = await disk.open(name)
          return {
            load: (paths) =>
              this.alive(async () => {
                if (this.unreadable) throw new LocalStoreError('timeout', 'the disk does not answer')
                return (await space.load(paths)).map(([path, value]) => [path, this.browser.asLeft(value)])
              }),
            save: async (batch) => {
              await this.slow
              await this.alive(() => space.save(structuredClone(batch)))
            },
            erase: () => this.alive(() => space.erase()),
            close: () => space.close(),
          }
        }),
    }
  }

  private alive<T>(call: () => Promise<T>): Promise<T> {
    if (this.dead) return Promise.reject(new LocalStoreError('lost', 'the tab is gone'))
    return new Promise((resolve, reject) => this.run(() => call().then(resolve, reject)))
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

  /** `notified`: the page gets the event before, as it does where the browser freezes a background tab. */
  freeze(notified = false): void {
    if (notified) this.deliver('frozen')
    this.frozen = true
  }

  thaw(): void {
    this.frozen = false
    for (const task of this.due.splice(0)) this.run(task)
  }

  show(visible: boolean): void {
    this.visible = visible
    this.deliver(visible ? 'visible' : 'hidden')
  }

  private deliver(state: 'visible' | 'hidden' | 'frozen'): void {
    for (const listener of this.listeners) listener(state)
  }
}
