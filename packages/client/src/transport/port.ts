import type { Ack, ClientEvent, Payload, PayloadInput, Ready, ServerMessage, User } from '@roomful/protocol'

/**
 * Why a connection went down. `stop`: do not come back; `auth`: come back with a fresh token. TOKEN_INVALID may come
 * with `stop`, as the server sends it: only the client knows whether it has another token to try.
 */
export type DownReason = {
  code: string
  text: string
  next: 'retry' | 'auth' | 'stop'
  reconnectInMs?: number
  /** REFUSED: why, in the app's words. */
  reason?: string
  /** What to do about it, for developers; see `ChatError`. */
  hint?: string
}

/** Events of a transport. */
export type TransportEvent =
  /** A server of protocol 1 sends neither the user nor its time; `identified` follows when the user is known. */
  | {
      type: 'ready'
      ready: Omit<Ready, 'user' | 'serverTime'> & { user: User | null; serverTime: string | null }
    }
  | { type: 'identified'; user: User }
  | { type: 'message'; message: ServerMessage }
  /** The connection is gone, or could not be made. Every request under way has been answered with `lost` before it. */
  | { type: 'down'; reason: DownReason }

/** `timeout` and `lost`: the server may have acted or not. `offline`: it was not sent. */
export type RequestFailure = 'timeout' | 'lost' | 'offline'
/** How a request ended, as far as this end can know. */
export type RequestResult<E extends ClientEvent> = { kind: 'ack'; ack: Ack<E> } | { kind: RequestFailure }

/**
 * One connection to the server at a time. It never buffers, never reconnects and never repeats by itself: the runtime
 * decides all of that. It may hold a request back until the server takes it by its rate; the time limit of the request
 * begins when it leaves, and one that has not left when the connection ends is `offline`. Guarantees: events of one
 * connection come in the order in which the server sent them; after `down` nothing of that connection comes any more;
 * `ready` comes before any message. `transportContract` of `@roomful/testing` checks all of it.
 */
export interface Transport {
  /** Opens a connection with this token. Answered by `ready` or `down`. Only called while there is none. */
  connect(token: string): void
  /** Drops the connection without a `down`. */
  disconnect(): void
  /**
   * Never rejects. Outside a ready connection it answers `offline` at once. A payload may be an app's own: one that is
   * not of this event's shape is answered by INVALID_PAYLOAD, here or by the server, and so is one that cannot be
   * written.
   */
  request<E extends ClientEvent>(
    event: E,
    payload: PayloadInput<E>,
    timeoutMs: number,
  ): Promise<RequestResult<E>>
  /** At most once, no answer: typing. Dropped when there is no connection. */
  signal<E extends ClientEvent>(event: E, payload: Payload<E>): void
  /** Ends it for good. */
  close(): void
}

/** Makes the transport of one chat; `onEvent` receives all events of its connections. */
export type TransportFactory = (url: string, onEvent: (event: TransportEvent) => void) => Transport
