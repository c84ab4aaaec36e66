import type { RequestResult, Transport, TransportEvent, TransportFactory } from '@roomful/client'
import { asClientId, asRoomId, type ClientEvent, type Payload } from '@roomful/protocol'

/** A transport, the server that it reaches, and the network between them, which the cases break. */
export type TransportPlace = {
  readonly transport: TransportFactory
  /** Given to `transport`. */
  readonly url: string
  /** Of one user, who is a member of `roomId`. */
  readonly token: string
  /** One that the server refuses. */
  readonly badToken: string
  readonly roomId: string
  /** The connection that is open is lost, and no server can be reached. */
  unplug(): void
  /** After `unplug`: it can be reached again. */
  plug(): void
  /** Nothing arrives any more, in either direction and without a sign, until `unplug`. */
  freeze(): void
  /** Resolves when the condition holds. Where time is driven by hand, it passes here. */
  until(what: string, condition: () => boolean): Promise<void>
  dispose?(): Promise<void>
}

/** Turns that a request or an answer may take through functions that are async. */
const MICROTASKS = 20
/** The time limit of a request that is answered. */
const LONG_MS = 60_000

type Down = Extract<TransportEvent, { type: 'down' }>['reason']

/** One transport of a place, with all that it has said. */
export class Probe {
  readonly events: TransportEvent[] = []
  readonly transport: Transport
  /** Errors of promises that are not awaited. */
  readonly #failures: unknown[] = []
  onEvent: (event: TransportEvent) => void = () => {}
  #isReady = false

  constructor(readonly place: TransportPlace) {
    this.transport = place.transport(place.url, (event) => {
      this.events.push(event)
      if (event.type === 'ready') this.#isReady = true
      else if (event.type === 'down') this.#isReady = false
      else if (!this.#isReady) this.#failures.push(new Error(`${event.type} came outside a connection`))
      this.onEvent(event)
    })
  }

  get isReady(): boolean {
    return this.#isReady
  }

  get downs(): Down[] {
    return this.events.flatMap((event) => (event.type === 'down' ? [event.reason] : []))
  }

  get rooms(): Payload<'join-rooms'> {
    return { roomIds: [asRoomId(this.place.roomId)] }
  }

  beside(): Probe {
    return new Probe(this.place)
  }

  until(what: string, condition: () => boolean): Promise<void> {
    return this.place.until(what, () => {
      if (this.#failures.length > 0) throw this.#failures[0]
      return condition()
    })
  }

  /** The connection is lost; the next one works. */
  async cut(): Promise<void> {
    const before = this.downs.length
    this.place.unplug()
    await this.until('down', () => this.downs.length > before)
    this.place.plug()
  }

  async ready(): Promise<void> {
    const before = this.events.length
    this.transport.connect(this.place.token)
    await this.until('ready', () => this.events.slice(before).some(({ type }) => type === 'ready'))
  }

  ask<E extends ClientEvent>(event: E, payload: Payload<E>, timeoutMs = LONG_MS): Promise<RequestResult<E>> {
    return this.transport.request(event, payload, timeoutMs)
  }

  async request<E extends ClientEvent>(
    event: E,
    payload: Payload<E>,
    timeoutMs = LONG_MS,
  ): Promise<RequestResult<E>> {
    const [result] = await this.all([this.ask(event, payload, timeoutMs)])
    if (result === undefined) throw new Error(`${event} was not answered`)
    return result
  }

  async all<T>(promises: readonly Promise<T>[]): Promise<T[]> {
    const results = promises.map((promise) => this.settled(promise))
    await this.until('all answers', () => results.every(({ value }) => value !== undefined))
    return results.flatMap(({ value }) => (value === undefined ? [] : [value]))
  }

  join(): Promise<RequestResult<'join-rooms'>> {
    return this.request('join-rooms', this.rooms)
  }

  send(number: number): Promise<RequestResult<'send-message'>> {
    return this.request('send-message', draft(this.place, number))
  }

  /** The revs of the room's changes, as they came. */
  changes(): number[] {
    return this.events.flatMap((event) =>
      event.type === 'message' && event.message.event === 'changes'
        ? event.message.payload.changes.map(({ rev }) => rev)
        : [],
    )
  }

  /** Its value, as soon as there is one. A request never rejects. */
  settled<T>(promise: Promise<T>): { value: T | undefined } {
    const holder: { value: T | undefined } = { value: undefined }
    promise.then(
      (value) => {
        holder.value = value
      },
      (error: unknown) => this.#failures.push(error),
    )
    return holder
  }
}

let drafts = 0
export const draft = ({ roomId }: TransportPlace, number: number): Payload<'send-message'> => ({
  roomId: asRoomId(roomId),
  clientId: asClientId(`contract-${++drafts}`),
  content: `message ${number}`,
})

/** An answer that is there is known to who awaits it, and a request has left that may leave. */
export async function turns(): Promise<void> {
  for (let i = 0; i < MICROTASKS; i++) await undefined
}
