import type { Transport, TransportEvent, TransportFactory } from '@roomful/client'
import {
  type Ack,
  type ClientEvent,
  decodeAck,
  decodeServerEvent,
  type Payload,
  type ServerMessage,
} from '@roomful/protocol'

/** An event on its way to the client: text, or decoded before the clock runs. */
export type Frame = { readonly event: string; readonly text: string; readonly decoded?: ServerMessage }

function decode(event: string, text: string): ServerMessage {
  const result = decodeServerEvent(event, JSON.parse(text))
  if (!result.ok) throw new Error(`${event} cannot be decoded at "${result.field}"`)
  return result.value
}

export const frame = (event: string, text: string): Frame => ({ event, text })
/** Decoded in advance: only the client's own work is left to measure. */
export const decodedFrame = (event: string, text: string): Frame => ({
  event,
  text,
  decoded: decode(event, text),
})

/** The work on a frame before the client sees it: the yardstick. */
export const parseAndDecode = (frame: Frame): ServerMessage =>
  frame.decoded ?? decode(frame.event, frame.text)

/** The server's answer, as text, or decoded in advance. */
export type Reply = { readonly event: ClientEvent; readonly text: string; readonly decoded?: unknown }

export const reply = (event: ClientEvent, ack: object): Reply => ({ event, text: JSON.stringify(ack) })

export function decodeReply(reply: Reply): unknown {
  if (reply.decoded !== undefined) return reply.decoded
  const ack = decodeAck(reply.event, JSON.parse(reply.text))
  if (!ack.ok) throw new Error(`the answer to ${reply.event} cannot be decoded at "${ack.field}"`)
  return ack.value
}
export const decodedReply = (event: ClientEvent, ack: object): Reply => {
  const text = reply(event, ack)
  return { ...text, decoded: decodeReply(text) }
}

/** The server: null is no answer, ever. */
export type Answer = <E extends ClientEvent>(event: E, payload: Payload<E>) => Reply | null

/**
 * A connection whose server is a function in the same process. Incoming frames are decoded as in the Socket.IO adapter;
 * a request is answered in a microtask.
 */
export class Wire {
  private onEvent: (event: TransportEvent) => void = () => {}

  constructor(
    private readonly answer: Answer,
    private readonly readyPayload: object,
  ) {}

  deliver(frame: Frame): void {
    this.onEvent({ type: 'message', message: parseAndDecode(frame) })
  }

  readonly factory: TransportFactory = (_url, onEvent) => {
    this.onEvent = onEvent
    return this.transport
  }

  private readonly transport: Transport = {
    connect: () => {
      queueMicrotask(() => {
        const message = decode('ready', JSON.stringify(this.readyPayload))
        if (message.event === 'ready') this.onEvent({ type: 'ready', ready: message.payload })
      })
    },
    disconnect: () => {},
    close: () => {},
    signal: () => {},
    request: async <E extends ClientEvent>(event: E, payload: Payload<E>) => {
      const answer = this.answer(event, payload)
      if (answer === null) return new Promise(() => {})
      // `decodeReply` has checked it against the schema of this event.
      return { kind: 'ack', ack: decodeReply(answer) as Ack<E> }
    },
  }
}
