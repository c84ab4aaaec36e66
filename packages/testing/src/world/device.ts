import type { Chat, ChatOptions, Room, WakeReason } from '@roomful/client'
import type { App } from './app'
import type { Browser } from './browser'
import type { OpenCall } from './calls'
import type { WorldContext } from './context'
import type { Disk, DiskHandle } from './disk'
import { Program } from './program'
import type { Random } from './random'
import { type TokenFacts, tokenOf } from './token'
import type { Dial } from './transport'
import type { Watch } from './watch'

/** Client options that an app may set, and a world does not. */
export type ClientOptions = Pick<
  ChatOptions,
  'maxUnsentAgeMs' | 'onError' | 'readDebounceMs' | 'requestTimeoutMs' | 'userId' | 'windowSize'
>

export type DeviceOptions = {
  readonly name: string
  readonly user: string
  readonly url: string
  /** Absent: it keeps everything in memory. */
  readonly disk?: Disk
  /** It is a tab of this browser, whose tabs share one disk and one login session. */
  readonly browser?: Browser
  readonly client?: ClientOptions
  /** A token is valid for this long; absent: for ever. */
  readonly tokenMs?: number
  /** The app that runs on it besides the client. Absent: an app that does nothing odd. */
  readonly app?: App
}

/** One device with the real client on it. Its program may end and start again; the disk stays. */
export class Device {
  readonly opened = new Set<string>()
  isOnline = true
  /** The user's name in its next token; by default the id. */
  userName: string | undefined
  isAsleep = false
  #program: Program | undefined
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
    return this.#program?.phase === 'running'
  }
  /** Its app has closed the chat, and the close has not settled yet. */
  get isClosing(): boolean {
    return this.#program?.phase === 'closing'
  }
  get isClosed(): boolean {
    return this.#program?.phase === 'closed'
  }
  get timers(): number {
    return this.#program?.clock.timers ?? 0
  }
  get disk(): Disk | undefined {
    return this.options.disk
  }
  get handle(): DiskHandle | undefined {
    return this.#program?.handle
  }
  get program(): Program | undefined {
    return this.#program
  }
  /** Calls of the app whose promises have not settled. */
  get openCalls(): Iterable<OpenCall> {
    return this.#program?.calls.open ?? []
  }
  /** The login session that its tokens name: a sign-out revokes it. */
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
  /** Timers that it always has: a tab that does not own the connection checks whether the owner lives. */
  get standingTimers(): number {
    return (this.browser?.tabs.size ?? 0) > 1 ? 1 : 0
  }

  get chat(): Chat {
    if (this.#program === undefined) throw new Error(`${this.name} is not running`)
    return this.#program.chat
  }

  room(id: string): Room {
    if (this.#program === undefined) throw new Error(`${this.name} is not running`)
    return this.#program.room(id)
  }

  /** Opens a room, and again after each start until it is closed. */
  open(roomId: string): Promise<void> {
    this.opened.add(roomId)
    return this.#open(roomId)
  }

  close(roomId: string): void {
    this.opened.delete(roomId)
    this.room(roomId).close()
  }

  /** Starts the program, unless it runs. `first`: what its app does before anything else. */
  start(first: (device: Device) => void = (device) => void device.chat.connect().catch(() => {})): Chat {
    if (this.isRunning) return this.chat
    this.kill()
    const program = new Program({
      device: this,
      context: this.context,
      watch: this.watch,
      dial: this.dial(this),
      skewMs: this.#skewMs,
      token: (asking) => this.#answerAuth(asking),
      clientId: () => `${this.name}-${String(++this.#keys).padStart(6, '0')}`,
      random: () => this.#random.next(),
    })
    this.#program = program
    this.watch.started(this)
    this.options.app?.started(this)
    first(this)
    for (const roomId of this.opened) if (this.isRunning) this.#open(roomId).catch(() => {})
    return program.chat
  }

  /** Its app ends the chat: `close()` or `signOut()`. What is left after it is checked until the next start. */
  end(run: (chat: Chat) => Promise<unknown>): void {
    this.context.trace.note(() => `${this.name} ends its chat`)
    this.#program?.end(run)
  }

  /** The program dies without notice: a crash, a closed tab, a reload. */
  kill(): void {
    if (!this.#program) return
    this.context.trace.note(() => `${this.name} is killed`)
    this.watch.stopped(this)
    this.#program.kill()
    this.#program = undefined
    this.isAsleep = false
  }

  /** Another login session of the same user begins; the old one was revoked, or is given up. */
  newSession(): void {
    if (this.browser) this.browser.sessions++
    else this.#sessions++
  }

  sleep(): void {
    this.isAsleep = true
    this.#program?.clock.sleep()
    this.#program?.tab?.sleep()
  }

  wakeUp(reason: WakeReason = 'resume'): void {
    this.isAsleep = false
    this.#program?.clock.wake()
    this.#program?.tab?.wake()
    this.#program?.calls.restart()
    this.#program?.wakeUp(reason)
  }

  /** The device's clock is set to another time; its measured durations continue. */
  setSkew(ms: number): void {
    this.#skewMs = ms
    if (this.#program) this.#program.clock.skewMs = ms
  }

  #open(roomId: string): Promise<void> {
    const opening = this.room(roomId).open()
    this.options.app?.opened(this, roomId)
    return opening
  }

  #answerAuth(program: Program): string | Promise<string> {
    const token = (facts: Partial<TokenFacts> = {}): string => {
      const { user, tokenMs } = this.options
      const expiresAt = tokenMs === undefined ? {} : { expiresAt: this.context.time.now + tokenMs }
      const { userName } = this
      // Whoever has another name has another picture, too.
      const avatarUrl = `https://example.com/${encodeURIComponent(userName ?? '')}.png`
      const name = userName === undefined ? {} : { name: userName, avatarUrl }
      return tokenOf({ user, sid: this.sid, ...name, ...expiresAt, ...facts })
    }
    const { app } = this.options
    return app ? app.auth(this, program, token) : Promise.resolve(token())
  }
}
