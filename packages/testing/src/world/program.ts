import {
  type Chat,
  type ChatOptions,
  createChat,
  type LocalStore,
  type Room,
  type WakeReason,
} from '@roomful/client'
import type { Tab } from './browser'
import { Calls } from './calls'
import type { WorldContext } from './context'
import type { Device } from './device'
import type { DiskHandle } from './disk'
import { ProcessClock } from './process-clock'
import { type Dial, LinkTransport } from './transport'
import type { Watch } from './watch'

type ErrorContext = Parameters<NonNullable<ChatOptions['onError']>>[1]

/** What a program uses of its device. */
export type Host = {
  readonly device: Device
  readonly context: WorldContext
  readonly watch: Watch
  readonly dial: Dial
  readonly skewMs: number
  token(program: Program): string | Promise<string>
  clientId(): string
  random(): number
}

/**
 * One run of the client on a device.
 *
 *   running ──close(), signOut()──▶ closing ──settled──▶ closed
 *      ╰────────────── kill() ─────────┴──────────────────┴──▶ dead
 *
 * `closed`: nothing of it may run any more (I23). `dead`: what it still does has no effect on anything.
 */
export class Program {
  readonly chat: Chat
  readonly calls: Calls
  readonly clock: ProcessClock
  readonly handle: DiskHandle | undefined
  readonly tab: Tab | undefined
  phase: 'running' | 'closing' | 'closed' | 'dead' = 'running'
  #transport: LinkTransport | undefined
  readonly #wakeListeners = new Set<(reason: WakeReason) => void>()
  readonly #rooms = new Map<string, Room>()

  constructor(private readonly host: Host) {
    const { device, context } = host
    const { disk, browser } = device.options
    this.clock = new ProcessClock(context.time, device.name)
    this.clock.skewMs = host.skewMs
    this.handle = disk?.open()
    this.tab = browser?.open()
    this.calls = new Calls(context.time, (name, promise) => this.#traceCall(name, promise))
    this.chat = this.calls.wrap(this.#create(), 'chat')
  }

  room(id: string): Room {
    const room = this.#rooms.get(id) ?? this.calls.wrap(this.chat.room(id), `room ${id}`)
    this.#rooms.set(id, room)
    return room
  }

  wakeUp(reason: WakeReason): void {
    for (const listener of [...this.#wakeListeners]) listener(reason)
  }

  /** Ends it as an app does. A call that does not settle shows as open. */
  end(run: (chat: Chat) => Promise<unknown>): void {
    this.phase = 'closing'
    const closed = (): void => {
      if (this.phase !== 'closing') return
      this.phase = 'closed'
      // What settles together with it has settled by then.
      this.host.context.time.schedule(0, `${this.host.device.name} is closed`, () => this.checkClosed())
    }
    run(this.chat).then(closed, closed)
  }

  kill(): void {
    this.phase = 'dead'
    this.clock.kill()
    this.handle?.crash()
    this.#transport?.abandon()
    this.tab?.close()
    this.#wakeListeners.clear()
  }

  /** I23: something runs in a chat that was closed. */
  ranClosed(what: string): void {
    if (this.phase !== 'closed' || this.calls.isInside) return
    this.host.context.violations.push(`I23: ${what} after close — ${this.host.device.name}`)
  }

  /** I22 I23: all has settled, and nothing is left that could run. */
  checkClosed(): void {
    if (this.phase !== 'closed') return
    const { violations } = this.host.context
    const { name } = this.host.device
    if (this.clock.timers > 0)
      violations.push(`I23: ${this.clock.timers} timers are left after close — ${name}`)
    if (this.#transport?.isOpen) violations.push(`I23: the connection is open after close — ${name}`)
    if (this.#wakeListeners.size > 0) violations.push(`I23: it listens to the device after close — ${name}`)
    for (const open of [...this.calls.open].map((call) => call.name).concat(...this.calls.standing))
      violations.push(`I22: ${open} has not settled after close — ${name}`)
  }

  #create(): Chat {
    const { device, watch } = this.host
    const { url, client } = device.options
    const { clock, tab } = this
    const storage: LocalStore | 'memory' = this.handle ?? 'memory'
    return createChat({
      url,
      auth: () => {
        this.ranClosed('auth is called')
        return this.host.token(this)
      },
      storage,
      onError: (error, context) => this.#report(error, context),
      ...client,
      ports: {
        transport: (_, onEvent) => {
          const transport = new LinkTransport(this.host.dial, clock, onEvent, (event, payload) => {
            this.ranClosed(`${event} is asked`)
            watch.requested(device, event, payload)
          })
          // A killed program may still run its last promises: what it opens then belongs to no program.
          if (clock.isDead) transport.abandon()
          else this.#transport = transport
          return transport
        },
        clock: {
          now: clock.now,
          monotonic: clock.monotonic,
          setTimer: (ms, fn) => {
            this.ranClosed('a timer is set')
            return clock.setTimer(ms, fn)
          },
        },
        ...(tab ? { tabs: tab } : {}),
        http: this.host.context.files.http(device, clock),
        ids: { clientId: () => this.host.clientId(), random: () => this.host.random() },
        environment: {
          onWake: (listener) => {
            this.#wakeListeners.add(listener)
            return () => this.#wakeListeners.delete(listener)
          },
        },
        inspect: this.#inspecting(watch.inspector(device)),
        inspectRun: (run) => watch.ran(device, run),
      },
    })
  }

  #inspecting(inspect: ReturnType<Watch['inspector']>): ReturnType<Watch['inspector']> {
    return (before, after, event) => {
      this.ranClosed(`${event.type} changes room ${after.id}`)
      inspect(before, after, event)
    }
  }

  /** I24: only errors that an app threw. */
  #report(error: unknown, { source }: ErrorContext): void {
    const { device, context } = this.host
    this.ranClosed('an error is reported')
    if (this.phase === 'dead' || device.options.app?.hasThrown(error, source)) return
    const text = error instanceof Error ? (error.stack ?? error.message) : error
    context.violations.push(`I24: an error in a ${source} of ${device.name}: ${text}`)
  }

  #traceCall(name: string, promise: Promise<unknown>): void {
    const { trace } = this.host.context
    if (!trace.isOn) return
    const note = (how: string) => () => {
      if (this.phase !== 'dead') trace.note(() => `  ${this.host.device.name}'s ${name} ${how}`)
    }
    promise.then(note('resolves'), note('rejects'))
  }
}
