import type { RequestFailure, RequestResult, Transport, TransportEvent } from '@roomful/client'
import {
  type Ack,
  type Bye,
  type ClientEvent,
  decodeAck,
  decodeServerEvent,
  type ErrorAck,
  type Payload,
} from '@roomful/protocol'
import { byeReason, LOST, refusalReason } from './down-reasons'
import type { ClientEnd, Link } from './link'
import type { ProcessClock } from './process-clock'

/** A network that accepts a device's dials. Undefined: no node answers. */
export type Dial = (end: ClientEnd) => Link | undefined

/** The time that an unanswered dial takes to fail. */
const NO_ANSWER_MS = 300
/** Rooms in a page of the list, as the server may announce it: the few rooms of a world fill several pages. */
const LIST_PAGE = 2

type Open = {
  link: Link | undefined
  cancelDial: () => void
  ready: boolean
  bye: Bye | null
  readonly pending: Map<number, Pending>
}
type Pending = { answer(answer: unknown): void; fail(failure: RequestFailure): void }

/** The client's transport port over a simulated connection: with its guarantees, and the decoding of frames. */
export class LinkTransport implements Transport {
  #open: Open | null = null
  #ackIds = 0
  #isDead = false

  constructor(
    private readonly dial: Dial,
    private readonly clock: ProcessClock,
    private readonly onEvent: (event: TransportEvent) => void,
    /** Called with each request before it is sent. */
    private readonly onRequest: (event: string, payload: unknown) => void = () => {},
  ) {}

  get isOpen(): boolean {
    return this.#open !== null
  }

  connect(token: string): void {
    if (this.#isDead) return
    const open: Open = { link: undefined, cancelDial: () => {}, ready: false, bye: null, pending: new Map() }
    this.#open = open
    open.link = this.dial({
      onConnected: () => {},
      onEvent: (event, payload) => this.#onMessage(open, event, payload),
      onAnswer: (ackId, answer) => open.pending.get(ackId)?.answer(answer),
      onRefused: (refusal) => this.#down(open, () => refusalReason(refusal)),
      onDown: () => this.#down(open, () => (open.bye ? byeReason(open.bye) : LOST)),
    })
    if (open.link) open.link.dial(token)
    else open.cancelDial = this.clock.setTimer(NO_ANSWER_MS, () => this.#down(open, () => LOST))
  }

  disconnect(): void {
    if (this.#open) this.#end(this.#open)
  }

  request<E extends ClientEvent>(
    event: E,
    payload: Payload<E>,
    timeoutMs: number,
  ): Promise<RequestResult<E>> {
    const open = this.#open
    if (this.#isDead) return new Promise(() => {})
    if (!open?.ready) return Promise.resolve({ kind: 'offline' })
    this.onRequest(event, payload)
    const ackId = ++this.#ackIds
    return new Promise((resolve) => {
      const finish = (result: RequestResult<E>): void => {
        cancel()
        open.pending.delete(ackId)
        resolve(result)
      }
      const cancel = this.clock.setTimer(timeoutMs, () => finish({ kind: 'timeout' }))
      open.pending.set(ackId, {
        answer: (answer) => {
          const ack = readAck(event, answer)
          if (ack.ok && event === 'refresh-token' && open.bye?.reason === 'TOKEN_EXPIRED') open.bye = null
          finish({ kind: 'ack', ack })
        },
        fail: (kind) => finish({ kind }),
      })
      try {
        open.link?.request(event, payload, ackId)
      } catch (error) {
        finish({ kind: 'ack', ack: unwritable(error) })
      }
    })
  }

  signal<E extends ClientEvent>(event: E, payload: Payload<E>): void {
    if (this.#open?.ready) this.#open.link?.request(event, payload, null)
  }

  close(): void {
    this.disconnect()
  }

  /** The program dies: its promises never settle, and the owner of programs closes the connection. */
  abandon(): void {
    const open = this.#open
    this.#open = null
    this.#isDead = true
    open?.link?.hangUp()
  }

  #onMessage(open: Open, event: string, payload: unknown): void {
    if (this.#open !== open) return
    const decoded = decodeServerEvent(event, payload)
    if (!decoded.ok) throw new Error(`the client cannot read ${event} at "${decoded.field}"`)
    const message = decoded.value
    if (message.event === 'bye') open.bye = message.payload
    if (message.event === 'ready') {
      open.ready = true
      const limits = { ...message.payload.limits, listPage: LIST_PAGE }
      this.onEvent({ type: 'ready', ready: { ...message.payload, limits } })
    } else if (open.ready) this.onEvent({ type: 'message', message })
  }

  #down(open: Open, reason: () => typeof LOST): void {
    if (this.#open !== open) return
    this.#end(open)
    this.onEvent({ type: 'down', reason: reason() })
  }

  #end(open: Open): void {
    if (this.#open === open) this.#open = null
    open.ready = false
    open.cancelDial()
    open.link?.hangUp()
    for (const pending of [...open.pending.values()]) pending.fail('lost')
  }
}

/** As the client's own transport answers what has no form in JSON. */
const unwritable = (error: unknown): ErrorAck => ({
  ok: false,
  error: error instanceof Error ? error.message : 'The payload cannot be written',
  code: 'INVALID_PAYLOAD',
  retry: 'never',
})

function readAck<E extends ClientEvent>(event: E, answer: unknown): Ack<E> {
  const decoded = decodeAck(event, answer)
  if (decoded.ok) return decoded.value
  const unreadable: ErrorAck = {
    ok: false,
    error: `The answer could not be read at "${decoded.field}"`,
    code: 'INTERNAL',
    retry: 'after',
  }
  return unreadable
}
