import type { Ack, Change, ClientEvent, Payload, ServerMessage } from '@roomful/protocol'
import { LIMITS } from '@roomful/protocol/plain'
import type { HandClock } from '../platform/hand-clock'
import { checkPayload } from '../transport/payload-check'
import type {
  DownReason,
  RequestResult,
  Transport,
  TransportEvent,
  TransportFactory,
} from '../transport/port'
import { type ModelServer, userOf } from './model-server'

/** One frame that waits for the test to let it through. `up`: to the server; `down`: to the client. */
type Frame = {
  readonly way: 'up' | 'down'
  readonly event: string
  readonly payload: unknown
  run(): void
}

/**
 * A connection whose every frame is delivered by hand: one, some, all, or never. The server acts when a request
 * arrives, and its answer and broadcasts are separate frames.
 */
export class TestConnection {
  frames: Frame[] = []
  /** Requests that reached the server, in order. */
  readonly served: { event: ClientEvent; payload: unknown }[] = []
  readonly tokens: string[] = []
  /** How the next handshakes are refused, if at all; a function checks the token. */
  refuseConnect: DownReason | null | ((token: string) => DownReason | null) = null
  /** The epoch that the client received last. */
  epoch = ''
  /** No answer to a handshake at all. */
  silent = false
  private subscribed = new Set<string>()
  private pending = new Set<(result: { kind: 'lost' }) => void>()
  private up = false
  private onEvent: (event: TransportEvent) => void = () => {}

  constructor(
    private readonly server: ModelServer,
    public userId: string,
    private readonly clock: HandClock,
  ) {}

  readonly factory: TransportFactory = (_url, onEvent) => {
    this.onEvent = onEvent
    return this.transport
  }

  private readonly transport: Transport = {
    connect: (token) => {
      this.tokens.push(token)
      if (this.silent) return
      this.push('down', 'ready', null, () => {
        const refusal =
          typeof this.refuseConnect === 'function' ? this.refuseConnect(token) : this.refuseConnect
        if (refusal) return this.onEvent({ type: 'down', reason: refusal })
        this.up = true
        this.epoch = this.server.epoch
        this.onEvent({
          type: 'ready',
          ready: {
            protocol: 2,
            epoch: this.server.epoch,
            user: userOf(this.userId),
            limits: { ...LIMITS, listPage: this.server.listPage },
            serverTime: new Date(this.clock.truth()).toISOString(),
          },
        })
      })
    },
    disconnect: () => this.fall(),
    request: async (event, payload, timeoutMs) => {
      const checked = checkPayload(event, payload)
      return checked.ok ? this.request(event, checked.payload, timeoutMs) : { kind: 'ack', ack: checked.ack }
    },
    signal: (event, payload) => {
      if (this.up) this.push('up', event, payload, () => this.served.push({ event, payload }))
    },
    close: () => this.fall(),
  }

  private request<E extends ClientEvent>(
    event: E,
    payload: Payload<E>,
    timeoutMs: number,
  ): Promise<RequestResult<E>> {
    if (!this.up) return Promise.resolve({ kind: 'offline' })
    const sent: Payload<E> = JSON.parse(JSON.stringify(payload))
    return new Promise((resolve) => {
      const finish = (result: RequestResult<E>): void => {
        cancel()
        this.pending.delete(finish)
        resolve(result)
      }
      const cancel = this.clock.setTimer(timeoutMs, () => finish({ kind: 'timeout' }))
      this.pending.add(finish)
      this.push('up', event, sent, () => {
        this.served.push({ event, payload: sent })
        const ack: Ack<E> = this.server.answer(this.userId, event, sent)
        this.subscribe(event, sent, ack)
        this.push('down', `${event} ack`, ack, () => finish({ kind: 'ack', ack }))
      })
    })
  }

  /** Of the rooms that the user is in: the others have no head in the answer. */
  private subscribe(event: ClientEvent, payload: unknown, ack: unknown): void {
    const { roomIds } = payload as { roomIds?: string[] }
    const { heads } = ack as { heads?: object }
    if (event === 'join-rooms') for (const id of Object.keys(heads ?? {})) this.subscribed.add(id)
    if (event === 'leave-rooms') for (const id of roomIds ?? []) this.subscribed.delete(id)
  }

  /** A commit, as the server broadcasts it to subscribers. */
  broadcast(roomId: string, changes: readonly Change[]): void {
    if (!this.up || !this.subscribed.has(roomId)) return
    this.deliver({ event: 'changes', payload: JSON.parse(JSON.stringify({ roomId, changes })) })
  }

  deliver(message: ServerMessage): void {
    this.push('down', message.event, message.payload, () => {
      if (message.event === 'room-heads') this.epoch = message.payload.epoch
      this.onEvent({ type: 'message', message })
    })
  }

  /** The connection breaks: frames on their way are gone, in both directions. */
  cut(reason: DownReason = { code: 'OFFLINE', text: 'cut', next: 'retry' }): void {
    this.fall()
    this.onEvent({ type: 'down', reason })
  }

  private fall(): void {
    this.up = false
    this.frames = []
    this.subscribed.clear()
    for (const lose of [...this.pending]) lose({ kind: 'lost' })
  }

  private push(way: Frame['way'], event: string, payload: unknown, run: () => void): void {
    this.frames.push({ way, event, payload, run })
  }

  /** Takes the first frame that fits off the connection, without letting it through. */
  take(event: string): Frame {
    const frame = this.frames.find((held) => held.event === event)
    if (frame === undefined)
      throw new Error(`no ${event} on the connection, only ${this.frames.map((f) => f.event)}`)
    this.frames = this.frames.filter((held) => held !== frame)
    return frame
  }

  /** The server has this connection as one that is signed in. */
  get isUp(): boolean {
    return this.up
  }

  has(event: string): boolean {
    return this.frames.some((frame) => frame.event === event)
  }

  /** Lets the first frame through. */
  step(): boolean {
    const frame = this.frames.shift()
    frame?.run()
    return frame !== undefined
  }
}
