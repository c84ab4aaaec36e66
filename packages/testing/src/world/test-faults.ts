import type { WakeReason } from '@roomful/client'
import {
  type ClientEvent,
  type ErrorAck,
  retryOf,
  type ServerEvent,
  type WireErrorCode,
} from '@roomful/protocol'
import type { Frame, FrameRule, Verdict } from './faults'
import type { Link } from './link'
import type { World } from './world'

/** The target of a fault: all of a user's devices, one device by its name, or, if absent, everyone. */
export type Whom<User extends string = string> = { readonly user?: User; readonly device?: string }

/** What a fault strikes. */
export type Struck = {
  readonly name: string
  readonly user: string
  isOnline: boolean
  readonly isRunning: boolean
  wakeUp(reason: WakeReason): void
}

/** A frame that is held back. */
export type HeldFrame = {
  /** It was sent. */
  readonly isThere: boolean
  /** It arrives now, unless its connection is gone. A second call delivers it once more. */
  release(): void
}

/** An overtaken message comes this much later. */
const OVERTAKEN_MS = 500

/** What can go wrong in a test world, by name. A lasting fault returns the function that ends it. */
export class TestFaults<User extends string = string> {
  readonly #ends = new Set<() => void>()

  constructor(
    private readonly world: World,
    /** Absent: the devices of the world. */
    private readonly struck?: readonly Struck[],
  ) {}

  /** The server acts on the next request of this name (any, without a name), and its answer never arrives. */
  dropAck(event?: ClientEvent, whom: Whom<User> & { times?: number } = {}): void {
    this.#strike((frame) => frame.isAck && (event === undefined || frame.event === event), 'drop', whom)
  }

  /** The next broadcast of changes does not arrive, although its connection stays up. */
  lose(whom: Whom<User> & { times?: number } = {}): void {
    this.#strike(isChanges, 'drop', whom)
  }

  /** The next broadcast of changes arrives twice. */
  duplicate(whom: Whom<User> & { times?: number } = {}): void {
    this.#strike(isChanges, 'double', whom)
  }

  /** The next broadcast of changes is overtaken by later ones. */
  reorder(whom: Whom<User> & { times?: number } = {}): void {
    this.#strike(isChanges, { late: OVERTAKEN_MS }, whom)
  }

  /**
   * The next request, answer or event of this name is held until it is released; later ones overtake it.
   *
   * @example
   * const world = await createTestWorld({ users: ['ann', 'bob'] })
   * await world.fill('general', 'ann', 600)
   * void world.clients.bob.room('general').open()
   * await world.settle()
   * const answer = world.faults.hold('answer', 'fetch-history', { user: 'bob' })
   * world.clients.bob.room('general').loadOlder()
   * await world.advance(100)
   * // The server has read the page. What changes now is newer than the page that arrives next.
   * answer.release()
   * await world.close()
   */
  hold(
    what: 'request' | 'answer' | 'event',
    name: ClientEvent | ServerEvent,
    whom: Whom<User> = {},
  ): HeldFrame {
    let deliver: (() => void) | undefined
    const verdict: Verdict = {
      hold: (held) => {
        deliver = held
      },
    }
    this.#strike((frame) => frame.event === name && isA(what, frame), verdict, whom)
    return {
      get isThere() {
        return deliver !== undefined
      },
      release: () => {
        if (deliver === undefined) throw new Error(`no ${what} "${name}" is held`)
        deliver()
      },
    }
  }

  /**
   * The next request of this name is answered with this refusal, and the server does not receive it. `when` checks the
   * payload, `details` goes into the refusal.
   */
  refuse(
    event: ClientEvent,
    code: WireErrorCode,
    {
      when = () => true,
      details = {},
      ...whom
    }: Whom<User> & {
      times?: number
      when?: (payload: unknown) => boolean
      details?: Partial<ErrorAck>
    } = {},
  ): void {
    const answer: ErrorAck = { ok: false, error: code, code, retry: retryOf(code), ...details }
    const fits = (frame: Frame) => frame.event === event && isA('request', frame) && when(frame.payload)
    this.#strike(fits, { answer }, whom)
  }

  /** Every frame takes this much longer, one way. */
  delay(ms: number): () => void {
    const { context } = this.world
    const [least, most] = context.rates.latencyMs
    context.rates = { ...context.rates, latencyMs: [least + ms, most + ms] }
    return this.#until(() => {
      context.rates = { ...context.rates, latencyMs: [least, most] }
    })
  }

  /** The connections are cut once; the clients reconnect on their own. */
  disconnect(whom: Whom<User> = {}): void {
    for (const link of this.#links(whom)) link.cut(false)
  }

  /** The connections carry nothing any more, without a sign: only pings and probes detect it. */
  halfOpen(whom: Whom<User> = {}): void {
    for (const link of this.#links(whom)) link.blackhole('both')
  }

  /** No network, until the fault ends: then the device is notified that it is back. */
  partition(whom: Whom<User> = {}): () => void {
    const devices = this.#devices(whom)
    for (const device of devices) device.isOnline = false
    for (const link of this.#links(whom)) link.cut(false)
    return this.#until(() => {
      for (const device of devices) {
        device.isOnline = true
        if (device.isRunning) device.wakeUp('online')
      }
    })
  }

  /** Every commit and read takes up to this long. */
  slowStore(ms: number): () => void {
    const { context } = this.world
    context.rates = { ...context.rates, storeSlow: 1, storeSlowMs: ms }
    return this.#until(() => {
      context.rates = { ...context.rates, storeSlow: 0 }
    })
  }

  /** The database cannot be reached. */
  storeDown(): () => void {
    const { database } = this.world
    database.isDown = true
    return this.#until(() => {
      database.isDown = false
    })
  }

  /** A server process dies, and another replaces it after `downMs`. */
  crashNode(downMs = 500): void {
    const node = this.world.nodes.find(({ isUp }) => isUp)
    if (node === undefined) return
    node.crash()
    this.world.time.schedule(downMs, 'a node starts', () => this.world.startNode())
  }

  /** All lasting faults end. */
  heal(): void {
    for (const end of [...this.#ends]) end()
    this.world.context.rules.length = 0
  }

  #until(end: () => void): () => void {
    const once = (): void => {
      if (this.#ends.delete(once)) end()
    }
    this.#ends.add(once)
    return once
  }

  #strike(fits: (frame: Frame) => boolean, verdict: Verdict, whom: Whom<User> & { times?: number }): void {
    const { rules } = this.world.context
    const names = new Set(this.#devices(whom).map((device) => device.name))
    let left = whom.times ?? 1
    const rule: FrameRule = (frame) => {
      if (!names.has(frame.device) || !fits(frame)) return undefined
      if (--left === 0) rules.splice(rules.indexOf(rule), 1)
      return verdict
    }
    rules.push(rule)
  }

  #links(whom: Whom<User>): Link[] {
    return this.#devices(whom).flatMap(({ name }) => this.world.linksOf(name))
  }

  #devices({ user, device }: Whom<User>): Struck[] {
    const all: readonly Struck[] = this.struck ?? this.world.devices
    const found = all.filter(
      (one) => (user === undefined || one.user === user) && (device === undefined || one.name === device),
    )
    // A fault that strikes nobody would let its test pass.
    if (found.length === 0) throw new Error(`there is no device of ${JSON.stringify({ user, device })}`)
    return found
  }
}

function isA(what: 'request' | 'answer' | 'event', { to, isAck }: Frame): boolean {
  return what === 'request' ? to === 'server' : to === 'client' && isAck === (what === 'answer')
}

const isChanges = (frame: Frame): boolean => frame.event === 'changes' && frame.to === 'client'
