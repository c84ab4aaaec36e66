import type { Ack, ClientEvent, Payload, PayloadInput, Ready, ServerMessage, User } from '@roomful/protocol'

/**
 * Why a line went down. `stop`: do not come back; `auth`: come back with a fresh token. TOKEN_INVALID may say `stop`, as the
 * server does: whether there is another token to try, the client knows.
 */
export type DownReason = {
  code: string
  text: string
  next: 'retry' | 'auth' | 'stop'
  reconnectInMs?: number
}

/** What a transport tells. */
export type TransportEvent =
  /** A server of protocol 1 does not say who one is, nor what time it is; `identified` follows when it is found out. */
  | {
      type: 'ready'
      ready: Omit<Ready, 'user' | 'serverTime'> & { user: User | null; serverTime: string | null }
    }
  | { type: 'identified'; user: User }
  | { type: 'message'; message: ServerMessage }
  /** The line is gone, or could not be made. Every request under way has been answered with `lost` before it. */
  | { type: 'down'; reason: DownReason }

/** `timeout` and `lost`: the server may have acted or not. `offline`: it was not sent. */
export type RequestFailure = 'timeout' | 'lost' | 'offline'
/** How a request ended, as far as this end can know. */
export type RequestResult<E extends ClientEvent> = { kind: 'ack'; ack: Ack<E> } | { kind: RequestFailure }

/**
 * One line to the server at a time. It never buffers, never reconnects and never repeats by itself: the runtime
 * decides all of that. It may hold a request back until the server takes it by its rate; the time limit of the request
 * begins when it leaves, and one that has not left when the line ends is `offline`. Guarantees: events of one line come in the order in which the server sent them; after
 * `down` nothing of that line comes any more; `ready` comes before any message.
 */
export interface Transport {
  /** Opens a line with this token. Answered by `ready` or `down`. Only called while there is none. */
  connect(token: string): void
  /** Drops the line without a `down`. */
  disconnect(): void
  /**
   * Never rejects. Outside a ready line it answers `offline` at once. A payload may be an app's own: one that is not of
   * this event's shape is answered by INVALID_PAYLOAD, here or by the server, and so is one that cannot be written.
   */
  request<E extends ClientEvent>(
    event: E,
    payload: PayloadInput<E>,
    timeoutMs: number,
  ): Promise<RequestResult<E>>
  /** At most once, no answer: typing. Dropped when there is no line. */
  signal<E extends ClientEvent>(event: E, payload: Payload<E>): void
  /** Ends it for good. */
  close(): void
}

/** Makes the transport of one chat; `onEvent` is told of all that happens on its lines. */
export type TransportFactory = (url: string, onEvent: (event: TransportEvent) => void) => Transport
