import { type Chat, createChat, type LocalStore, type Room, type WakeReason } from '@roomful/client'
import type { Browser, Tab } from './browser'
import type { WorldContext } from './context'
import type { Disk, DiskHandle } from './disk'
import { ProcessClock } from './process-clock'
import type { Random } from './random'
import { tokenOf } from './token'
import { type Dial, LinkTransport } from './transport'
import type { Watch } from './watch'

export type DeviceOptions = {
  readonly name: string
  readonly user: string
  readonly url: string
  /** Absent: it keeps everything in memory. */
  readonly disk?: Disk
  /** It is a tab of this browser, whose tabs have one disk and one session. */
  readonly browser?: Browser
  readonly windowSize?: number
  readonly requestTimeoutMs?: number
  /** A token is valid for so long; absent: for ever. */
  readonly tokenMs?: number
}

/** One device with the real client on it. The program on it may be killed and started again; the disk stays. */
export class Device {
  readonly opened = new Set<string>()
  isOnline = true
  isAsleep = false
  #chat: Chat | undefined
  #clock: ProcessClock | undefined
  #transport: LinkTransport | undefined
  #handle: DiskHandle | undefined
  #tab: Tab | undefined
  #wakeListeners = new Set<(reason: WakeReason) => void>()
  #sessions = 0
  #skewMs = 0
  #keys = 0
  readonly #random: Random

  constructor(
    private readonly context: WorldContext,
    readonly options: DeviceOptions,
    private readonly dial: (device: Device) => Dial,
    private readonly watch: Watch,
  ) {
    this.#random = context.random.split(options.name)
  }

  get name(): string {
    return this.options.name
  }
  get user(): string {
    return this.options.user
  }
  get isRunning(): boolean {
    return this.#chat !== undefined
  }
  get timers(): number {
    return this.#clock?.timers ?? 0
  }
  get disk(): Disk | undefined {
    return this.options.disk
  }
  get handle(): DiskHandle | undefined {
    return this.#handle
  }
  /** The session that its tokens name: what a sign-out revokes. */
  get sid(): string {
    const { browser } = this.options
    return browser ? `${browser.name}-${browser.sessions}` : `${this.name}-${this.#sessions}`
  }
  get browser(): Browser | undefined {
    return this.options.browser
  }
  get skewMs(): number {
    return this.#skewMs
  }
  /** Timers that it always has: a tab that does not own the line asks whether the owner lives. */
  get standingTimers(): number {
    return (this.browser?.tabs.size ?? 0) > 1 ? 1 : 0
  }

  get chat(): Chat {
    if (this.#chat === undefined) throw new Error(`${this.name} is not running`)
    return this.#chat
  }

  room(id: string): Room {
    return this.chat.room(id)
  }

  /** Opens a room, and again after each start until it is closed. */
  open(roomId: string): Promise<void> {
    this.opened.add(roomId)
    return this.room(roomId).open()
  }

  close(roomId: string): void {
    this.opened.delete(roomId)
    this.room(roomId).close()
  }

  start(): Chat {
    if (this.#chat) return this.#chat
    const { url, disk, browser, windowSize, requestTimeoutMs } = this.options
    const clock = new ProcessClock(this.context.time, this.name)
    clock.skewMs = this.#skewMs
    this.#clock = clock
    this.#handle = disk?.open()
    const tab = browser?.open()
    this.#tab = tab
    const storage: LocalStore | 'memory' = this.#handle ?? 'memory'
    const random = this.#random
    this.#chat = createChat({
      url,
      auth: async () => this.#token(),
      storage,
      onError: (error, { source }) =>
        this.context.violations.push(`an error in a ${source} of ${this.name}: ${error}`),
      ...(windowSize === undefined ? {} : { windowSize }),
      ...(requestTimeoutMs === undefined ? {} : { requestTimeoutMs }),
      ports: {
        transport: (_, onEvent) => {
          const transport = new LinkTransport(this.dial(this), clock, onEvent, (event, payload) =>
            this.watch.requested(this, event, payload),
          )
          // A program that was killed may still run its last promises: what it opens then is nobody's.
          if (clock.isDead) transport.abandon()
          else this.#transport = transport
          return transport
        },
        clock,
        ...(tab ? { tabs: tab } : {}),
        ids: {
          clientId: () => `${this.name}-${String(++this.#keys).padStart(6, '0')}`,
          random: () => random.next(),
        },
        environment: {
          onWake: (listener) => {
            this.#wakeListeners.add(listener)
            return () => this.#wakeListeners.delete(listener)
          },
          isOnline: () => this.isOnline,
        },
        inspect: this.watch.inspector(this),
      },
    })
    this.watch.started(this)
    this.#chat.connect().catch(() => {})
    for (const roomId of this.opened)
      this.#chat
        .room(roomId)
        .open()
        .catch(() => {})
    return this.#chat
  }

  /** The program dies without a word: a crash, a closed tab, a reload. */
  kill(): void {
    if (!this.#chat) return
    this.context.trace.note(() => `${this.name} is killed`)
    this.watch.stopped(this)
    this.#clock?.kill()
    this.#handle?.crash()
    this.#transport?.abandon()
    this.#tab?.close()
    this.#chat = undefined
    this.#transport = undefined
    this.#wakeListeners = new Set()
    this.isAsleep = false
  }

  /** Another session of the same user begins; the old one has been revoked, or is given up. */
  newSession(): void {
    if (this.browser) this.browser.sessions++
    else this.#sessions++
  }

  sleep(): void {
    this.isAsleep = true
    this.#clock?.sleep()
    this.#tab?.sleep()
  }

  wakeUp(reason: WakeReason = 'resume'): void {
    this.isAsleep = false
    this.#clock?.wake()
    this.#tab?.wake()
    for (const listener of [...this.#wakeListeners]) listener(reason)
  }

  /** The device's clock is set to another time; what it measures goes on. */
  setSkew(ms: number): void {
    this.#skewMs = ms
    if (this.#clock) this.#clock.skewMs = ms
  }

  #token(): string {
    const { user, tokenMs } = this.options
    const expiresAt = tokenMs === undefined ? {} : { expiresAt: this.context.time.now + tokenMs }
    return tokenOf({ user, sid: this.sid, ...expiresAt })
  }
}
