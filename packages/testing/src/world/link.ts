import type { Bye, ServerEvent, ServerPayload } from '@roomful/protocol'
import { LIMITS } from '@roomful/protocol'
import type { DeviceConnection, DeviceSession } from '@roomful/server/engine'
import type { WorldContext } from './context'
import type { Frame, Verdict } from './faults'
import { Pipe } from './pipe'
import type { Random } from './random'
import type { ServerNode } from './server-node'

/** Pings detect a dead connection: at the earliest and at the latest after this long (P7). */
const PING_NOTICE_MS = { from: 5_000, to: 14_000 }

/** The server has the request by then, or has just answered it. */
const CUT_BEHIND_MS = 60

const CHANGING = new Set([
  'send-message',
  'send-messages',
  'edit-message',
  'delete-message',
  'react-message',
  'pin-message',
  'write-stream',
  'mark-read',
])

/** The client's end of a connection: what its transport receives. */
export type ClientEnd = {
  onConnected(): void
  onEvent(event: string, payload: unknown): void
  onAnswer(ackId: number, answer: unknown): void
  onRefused(refusal: unknown): void
  onDown(): void
}

/**
 * One connection from a device to a node, from its dial to its end. Each side has its own view of whether it is up;
 * after a cut, and while it is half-open or one-way, these views differ.
 */
export class Link implements DeviceConnection {
  readonly toServer: Pipe
  readonly toClient: Pipe
  #deviceSession: DeviceSession | undefined
  #clientUp = true
  #serverUp = true
  #notices: (() => void)[] = []
  #cutsBehindNext = false

  constructor(
    private readonly context: WorldContext,
    private readonly random: Random,
    readonly id: string,
    readonly device: string,
    readonly user: string,
    readonly node: ServerNode,
    private readonly client: ClientEnd,
  ) {
    this.toServer = new Pipe(context, random.split('up'), `${id} →`)
    this.toClient = new Pipe(context, random.split('down'), `${id} ←`)
  }

  get isClientUp(): boolean {
    return this.#clientUp
  }
  get isServerUp(): boolean {
    return this.#serverUp
  }

  // The client's side.

  dial(token: string): void {
    this.toServer.send(() => this.#onDial(token))
  }

  emit<E extends ServerEvent>(event: E, payload: ServerPayload<E>): void {
    if (this.#serverUp) this.emitText(event, JSON.stringify(payload))
  }

  request(event: string, payload: unknown, ackId: number | null): void {
    const text = JSON.stringify(payload)
    this.#carry(
      'server',
      event,
      false,
      text,
      (carried) => this.#onRequest(event, carried, ackId),
      (answer) => this.#answer(event, ackId, answer),
    )
    if (!this.#cutsBehindNext || !CHANGING.has(event)) return
    this.#cutsBehindNext = false
    this.#after(this.random.range(1, CUT_BEHIND_MS), () => this.cut(true))
  }

  /** The client hangs up. */
  hangUp(): void {
    if (!this.#clientUp) return
    this.#clientUp = false
    this.toClient.isDead = true
    if (this.toServer.isDead) this.#noticeByPing('server')
    else this.toServer.send(() => this.#endServer())
  }

  // The server's side.

  /** One encoding for all subscribers, as a broadcaster makes it. */
  emitText(event: string, text: string): void {
    if (!this.#serverUp) return
    this.#carry('client', event, false, text, (carried) => {
      if (this.#clientUp) this.client.onEvent(event, JSON.parse(carried))
    })
  }

  join(channel: string): void {
    this.node.channels.join(channel, this)
  }

  leave(channel: string): void {
    this.node.channels.leave(channel, this)
  }

  close(bye?: Bye): void {
    if (!this.#serverUp) return
    if (bye) this.emit('bye', bye)
    this.#endServer()
    if (this.toClient.isDead) this.#noticeByPing('client')
    else this.toClient.send(() => this.#endClient())
  }

  // What the network does to it.

  /** Gone for both. `carryUp`: frames in flight to the server still arrive, so it acts and its answers are lost. */
  cut(carryUp: boolean): void {
    this.context.trace.note(() => `${this.id} is cut${carryUp ? ' behind the requests' : ''}`)
    this.toClient.isDead = true
    const notice = 1 + this.random.int(200)
    if (!carryUp) this.toServer.isDead = true
    this.#after(notice, () => this.#endClient())
    this.#after(carryUp ? 1_000 : 1 + this.random.int(200), () => this.#endServer())
  }

  /** The next request that changes something arrives, and its answer is lost. */
  cutBehindNext(): void {
    this.#cutsBehindNext = true
  }

  /** One direction, or both, carries nothing any more, and neither side is notified. */
  blackhole(way: 'server' | 'client' | 'both'): void {
    this.context.trace.note(() => `${this.id} carries nothing to ${way}`)
    if (way !== 'client') this.toServer.isDead = true
    if (way !== 'server') this.toClient.isDead = true
    this.#noticeByPing('client')
    this.#noticeByPing('server')
  }

  /** The node is gone: no process answers at the other end. */
  nodeDied(silently: boolean): void {
    this.toServer.isDead = true
    this.toClient.isDead = true
    this.#serverUp = false
    if (silently) this.#noticeByPing('client')
    else this.#after(1 + this.random.int(100), () => this.#endClient())
  }

  #onDial(token: string): void {
    if (!this.node.isUp) return
    const { chatNode } = this.node
    void chatNode.admit({ token, protocol: 2 }).then((handshake) => {
      if (!this.#serverUp) return
      if ('ok' in handshake) {
        const text = JSON.stringify(this.node.refusal(handshake))
        this.#serverUp = false
        this.toClient.send(() => {
          if (this.#clientUp) this.client.onRefused(JSON.parse(text))
          this.#clientUp = false
        })
        return
      }
      this.toClient.send(() => {
        if (this.#clientUp) this.client.onConnected()
      })
      this.node.links.add(this)
      this.#deviceSession = chatNode.open(this, handshake)
    })
  }

  #onRequest(event: string, text: string, ackId: number | null): void {
    const deviceSession = this.#deviceSession
    if (!this.#serverUp || deviceSession === undefined) return
    if (text.length > LIMITS.frameBytes * 16) {
      this.close()
      return
    }
    this.context.onServed?.(this.user, { event, payload: JSON.parse(text) })
    void deviceSession.request([event, JSON.parse(text)]).then((answer) => this.#answer(event, ackId, answer))
  }

  #answer(event: string, ackId: number | null, answer: unknown): void {
    if (ackId === null || !this.#serverUp) return
    this.#carry('client', event, true, JSON.stringify(answer), (carried) => {
      if (this.#clientUp) this.client.onAnswer(ackId, JSON.parse(carried))
    })
  }

  #carry(
    to: Frame['to'],
    event: string,
    isAck: boolean,
    text: string,
    deliver: (text: string) => void,
    answer: (answer: unknown) => void = () => {},
  ): void {
    const verdict = this.#verdict(to, event, isAck, text)
    this.context.trace.note(() => {
      const fate =
        verdict === 'pass' ? '' : ` [${typeof verdict === 'string' ? verdict : Object.keys(verdict)}]`
      return `${this.id} ${to === 'server' ? '→' : '←'} ${event}${isAck ? ' ack' : ''} ${text}${fate}`
    })
    if (verdict === 'drop') return
    const pipe = to === 'server' ? this.toServer : this.toClient
    const arrive = () => deliver(text)
    if (verdict === 'pass') pipe.send(arrive)
    else if (verdict === 'double') {
      pipe.send(arrive)
      pipe.send(arrive)
    } else if ('late' in verdict) pipe.send(arrive, verdict.late)
    else if ('hold' in verdict) verdict.hold(() => pipe.isDead || arrive())
    else if ('instead' in verdict) pipe.send(() => deliver(JSON.stringify(verdict.instead)))
    else answer(verdict.answer)
  }

  #verdict(to: Frame['to'], event: string, isAck: boolean, text: string): Verdict {
    const { rules, rates } = this.context
    if (rules.length > 0) {
      const frame = { to, device: this.device, user: this.user, event, isAck, payload: JSON.parse(text) }
      for (const rule of rules) {
        const verdict = rule(frame)
        if (verdict !== undefined) return verdict
      }
    }
    if (to === 'server') return 'pass'
    if (isAck) return this.random.chance(rates.dropAck) ? 'drop' : 'pass'
    if (event !== 'changes' && event !== 'message-delta') return 'pass'
    if (this.random.chance(rates.loseChanges)) return 'drop'
    if (this.random.chance(rates.doubleChanges)) return 'double'
    return this.random.chance(rates.lateChanges) ? { late: this.random.range(50, 2_000) } : 'pass'
  }

  #noticeByPing(side: 'client' | 'server'): void {
    this.#after(this.random.range(PING_NOTICE_MS.from, PING_NOTICE_MS.to), () =>
      side === 'client' ? this.#endClient() : this.#endServer(),
    )
  }

  #after(ms: number, run: () => void): void {
    this.#notices.push(this.context.time.schedule(ms, `${this.id} notices`, run))
  }

  #endClient(): void {
    if (!this.#clientUp) return
    this.#clientUp = false
    this.toClient.isDead = true
    this.client.onDown()
    this.#tidy()
  }

  #endServer(): void {
    if (!this.#serverUp) return
    this.#serverUp = false
    this.toServer.isDead = true
    this.node.channels.forget(this)
    this.node.links.delete(this)
    this.#deviceSession?.end()
    this.#tidy()
  }

  /** Both ends know: nothing is left to detect. */
  #tidy(): void {
    if (this.#clientUp || this.#serverUp) return
    for (const cancel of this.#notices) cancel()
    this.#notices = []
  }
}
