import type { App } from '../../world/app'
import type { Device } from '../../world/device'
import type { Program } from '../../world/program'
import type { Random } from '../../world/random'
import type { TokenFacts } from '../../world/token'
import type { World } from '../../world/world'
import { kill } from '../disasters'
import type { Ledger } from '../ledger'
import type { Productions } from '../productions'
import { HostileAuth } from './auth'
import { closeChat, signOut } from './deeds'
import { drawListener } from './listeners'
import type { AppProfile } from './profile'
import { Witness } from './witness'

/** An error that the app itself has thrown. */
class AppError extends Error {
  override readonly name = 'AppError'
}

/** Refusals of a token: an app gets another one, and starts anew. */
const TOKEN_CODES = new Set(['TOKEN_INVALID', 'TOKEN_EXPIRED', 'UNAUTHENTICATED'])
/** Answers to `auth` that must be refused before the client gives up (I26). */
const BAD_TOKENS = 2
/**
 * A request waits for a connection and for its answer, each for as long as one request may take; with a time limit of its
 * own, which may be longer, it ends at that (I22).
 */
const REQUEST_WAITS = 2
const REQUEST_SLACK_MS = 1_500
const REQUESTS = /^chat\.(request|createRoom|openDm|listRooms|joinRoom|leaveRoom)$/

/**
 * Actions of all listeners of one program at one instant: a listener that opens a room has more listeners, and they act
 * too. The client takes more than 25 in a row for a loop, and says so (I24).
 */
const ACTS_AT_ONCE = 15

type Run = {
  readonly world: World
  readonly ledger: Ledger
  readonly productions: Productions
  readonly users: readonly string[]
  readonly app: AppProfile
  readonly random: Random
}

/** The app of all devices of one run, and the checks of what it must not change. */
export class HostileApp implements App {
  /** Errors that listeners threw and that are not reported yet. */
  readonly #thrown = new Set<unknown>()
  readonly #auth: HostileAuth
  #witnesses: Witness[] = []
  readonly #restarts = new Set<Program>()
  readonly #programs = new Map<Device, number>()
  readonly #draws = new Map<Program, Random>()
  readonly #acts = new Map<Program, { at: number; count: number }>()
  #isCalm = false
  #lookedAt = 0

  constructor(private readonly run: Run) {
    const { world, app, random } = run
    this.#auth = new HostileAuth(world.time, app.rates, random.split('auth'), (text) => new AppError(text))
  }

  /** The faults end: what throws still throws, and nothing new starts. */
  calm(): void {
    this.#isCalm = true
    this.#auth.isCalm = true
  }

  readonly fail = (text: string): Error => {
    const error = new AppError(text)
    this.#thrown.add(error)
    return error
  }

  hasThrown(error: unknown, source: string): boolean {
    // Also an answer that never came, or that was not a token: then the client reports it.
    if (source === 'auth') return true
    return this.#thrown.delete(error)
  }

  auth(
    _device: Device,
    program: Program,
    token: (facts?: Partial<TokenFacts>) => string,
  ): string | Promise<string> {
    return this.#auth.answer(program, token)
  }

  started(device: Device): void {
    const { program } = device
    if (program === undefined) return
    const no = (this.#programs.get(device) ?? 0) + 1
    this.#programs.set(device, no)
    this.#draws.set(program, this.run.random.split(`${device.name} ${no}`))
    const { chat } = program
    const watch = chat.presence(this.run.users)
    const listener = this.#draw(device, program, this.run.random.split(`${device.name} ${no} presence`))
    if (listener) {
      watch.subscribe(listener)
      this.#witness(program, `${device.name}'s presence`, watch)
    }
    this.#listen(device, program, 'chat', chat, (state) => state.connection.status)
  }

  opened(device: Device, roomId: string): void {
    const { program } = device
    if (program === undefined) return
    this.#listen(device, program, `room ${roomId}`, program.room(roomId), (state) => state.unread)
  }

  /** I21 I22 I24 I26, after an event and all its consequences. */
  check(): void {
    const { world } = this.run
    const { violations, time } = world.context
    if (this.#witnesses.some(({ isOver }) => isOver))
      this.#witnesses = this.#witnesses.filter(({ isOver }) => !isOver)
    for (const error of this.#thrown) violations.push(`I24: nothing reports ${error}`)
    for (const { problem, what } of this.#witnesses)
      if (problem !== undefined) violations.push(`I21: the listener of ${what} ${problem}`)
    for (const device of world.devices) if (device.isRunning) this.#checkStopped(device)
    if (time.now - this.#lookedAt < 1_000) return
    this.#lookedAt = time.now
    for (const device of world.devices) if (!device.isAsleep) this.#checkRequests(device)
  }

  #listen<S>(
    device: Device,
    program: Program,
    name: string,
    target: {
      getState(): S
      subscribe(listener: () => void): () => void
      select<T>(selector: (state: S) => T, listener: (value: T) => void): () => void
    },
    selector: (state: S) => unknown,
  ): void {
    const random = this.#draws.get(program)?.split(`${name} at ${this.run.world.time.elapsed}`)
    if (random === undefined) return
    const what = `${device.name}'s ${name}`
    const witness = (): void => this.#witness(program, what, target)
    const chooser = (): void => {
      const read = (): unknown => selector(target.getState())
      const select = (listener: () => void): (() => void) => target.select(selector, listener)
      this.#witnesses.push(new Witness(program, `a part of ${what}`, read, select))
    }
    const hostile = (): void => {
      const listener = this.#draw(device, program, random)
      if (listener) target.subscribe(listener)
    }
    const choosing = (): void => {
      // A selector's result is a value, even if it is a promise.
      const listener = this.#draw(device, program, random, true)
      if (listener === undefined) return
      let isFirst = true
      const throwing = (state: S): unknown => {
        if (isFirst) {
          isFirst = false
          return selector(state)
        }
        listener()
        return selector(state)
      }
      target.select(random.chance(0.5) ? selector : throwing, listener)
    }
    const all = [witness, chooser, hostile, choosing, hostile]
    for (let i = all.length; i > 0; i--) all.splice(random.int(i), 1)[0]?.()
  }

  #witness(
    program: Program,
    what: string,
    target: { getState(): unknown; subscribe(listener: () => void): () => void },
  ): void {
    this.#witnesses.push(new Witness(program, what, target.getState, target.subscribe))
  }

  #draw(device: Device, program: Program, random: Random, isSync = false): (() => unknown) | undefined {
    const { world, ledger, productions, users, app } = this.run
    return drawListener(
      {
        world,
        ledger,
        productions,
        users,
        rates: app.rates,
        fail: this.fail,
        mayAct: () => !this.#isCalm && this.#countAct(program) <= ACTS_AT_ONCE,
        more: (at, own) => this.#more(at, own),
      },
      { device, program, random, isSync },
    )
  }

  #countAct(program: Program): number {
    const at = this.run.world.time.elapsed
    const last = this.#acts.get(program)
    const count = last?.at === at ? last.count + 1 : 1
    this.#acts.set(program, { at, count })
    return count
  }

  /** What a listener does besides using its room. */
  #more(device: Device, random: Random): void {
    const { program } = device
    if (program === undefined) return
    const roomId = random.pick([...device.opened, 'general'])
    switch (random.pick(['subscribe', 'unsubscribe', 'close', 'sign-out', 'request'] as const)) {
      case 'subscribe':
        // Well-behaved: listeners that act would make others act.
        this.#witness(program, `${device.name}'s room ${roomId}`, program.room(roomId))
        return
      case 'unsubscribe': {
        const own = this.#witnesses.filter(({ what }) => what.includes(device.name))
        if (own.length > 0) random.pick(own).stop()
        return
      }
      case 'request':
        device.chat.listRooms().catch(() => {})
        return
      case 'sign-out':
        if (this.run.app.weights['sign-out-here'] > 0) signOut({ ...this.run, random }, device)
        return
      case 'close':
        if (this.run.app.weights['close-chat'] > 0) closeChat({ ...this.run, random }, device)
    }
  }

  #checkStopped(device: Device): void {
    const { connection } = device.chat.getState()
    const { program } = device
    if (connection.status !== 'stopped' || program === undefined || this.#restarts.has(program)) return
    const code = connection.error?.code ?? 'none'
    if (!TOKEN_CODES.has(code)) return
    this.#restarts.add(program)
    const { world, ledger, random } = this.run
    // Tabs use each other's tokens.
    if (device.browser === undefined && this.#auth.badInRow(program) < BAD_TOKENS)
      world.context.violations.push(
        `I26: ${device.name} stopped with ${code} before a fresh token was refused`,
      )
    world.time.schedule(random.split(`${device.name} begins anew`).range(500, 5_000), 'begins anew', () => {
      if (device.program !== program) return
      kill({ world, ledger }, device)
      device.start()
    })
  }

  #checkRequests(device: Device): void {
    const { violations, time } = this.run.world.context
    const own = REQUEST_WAITS * (device.options.client?.requestTimeoutMs ?? 0)
    for (const { name, since, limitMs = own } of device.openCalls)
      if (REQUESTS.test(name) && time.now - since > limitMs + REQUEST_SLACK_MS)
        violations.push(`I22: ${name} has not ended after ${time.now - since} ms — ${device.name}`)
  }
}
