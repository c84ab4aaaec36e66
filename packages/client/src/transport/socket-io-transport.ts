import {
  type Ack,
  type Bye,
  type ClientEvent,
  decodeAck,
  decodeServerEvent,
  type ErrorAck,
} from '@roomful/protocol'
import type { SocketOptions } from '../options'
import { createPace, type Pace } from '../platform/pace'
import { refusalOf } from './handshake-refusal'
import { checkPayload } from './payload-check'
import type { DownReason, TransportFactory } from './port'
import { LOST, openSocket, type SocketConnection } from './socket-connection'

/** Longer than any limit of a second or two takes to be full again. */
const AFTER_ABUSE_MS = 30_000

/** Protocol 2 over Socket.IO. Everything that comes in is decoded here, once. */
export const socketIoTransport =
  (options: SocketOptions): TransportFactory =>
  (url, onEvent) => {
    let connection: SocketConnection | null = null
    /** There is one from `ready` to the end of the connection. */
    let pace: Pace | null = null
    let bye: Bye | null = null
    /** Dials in a row that met no server. */
    let unanswered = 0

    const gone = (): void => {
      pace?.end()
      pace = null
      connection = null
    }
    const drop = (): void => {
      connection?.end()
      gone()
    }

    return {
      connect: (token) => {
        bye = null
        const down = (reason: DownReason): void => {
          gone()
          onEvent({ type: 'down', reason })
        }
        connection = openSocket(url, { token, protocol: 2 }, options, {
          refused: (error) => {
            const [refused, reason] = [connection, refusalOf(error)]
            unanswered = reason.code !== 'OFFLINE' ? 0 : unanswered + 1
            if (!isPowerOfTwo(unanswered) || globalThis.location === undefined) return down(reason)
            void hinted(url, reason).then((known) => {
              if (connection === refused) down(known)
            })
          },
          lost: () => down(bye ? reasonOfBye(bye) : LOST),
        })
        connection.socket.onAny((event: string, payload: unknown) => {
          // An event of a newer server is not for this client.
          const decoded = decodeServerEvent(event, payload)
          if (!decoded.ok) return
          const message = decoded.value
          if (message.event === 'bye') bye = message.payload
          if (message.event === 'ready') {
            unanswered = 0
            pace = createPace(message.payload.limits.eventsPerSecond ?? 0)
            onEvent({ type: 'ready', ready: message.payload })
          } else if (pace) onEvent({ type: 'message', message })
        })
      },
      disconnect: drop,
      close: drop,
      request: async (event, payload, timeoutMs) => {
        const [at, pacing] = [connection, pace]
        if (at === null || pacing === null) return { kind: 'offline' }
        const checked = checkPayload(event, payload)
        if (!checked.ok) return { kind: 'ack', ack: checked.ack }
        if (!(await pacing.turn())) return { kind: 'offline' }
        const result = await at.request(event, checked.payload, timeoutMs)
        if (result.kind !== 'ack') return result
        const ack = readAck(event, result.answer)
        // A loss from now on has another reason.
        if (ack.ok && event === 'refresh-token' && bye?.reason === 'TOKEN_EXPIRED') bye = null
        if (!ack.ok && ack.code === 'RATE_LIMITED') pacing.hold(ack.retryAfterMs ?? 0)
        return { kind: 'ack', ack }
      },
      signal: (event, payload) => {
        if (pace) connection?.socket.volatile.emit(event, payload)
      },
    }
  }

/** Asked ever more rarely: a server that is down gets one request more for the first dial, the second, the fourth … */
const isPowerOfTwo = (n: number): boolean => n > 0 && (n & (n - 1)) === 0

/** Its code is loaded when a page meets no server. */
async function hinted(url: string, reason: DownReason): Promise<DownReason> {
  try {
    const { pageOrigin, withOriginHint } = await import('./origin-hint')
    const page = pageOrigin()
    return page ? await withOriginHint(url, reason, page) : reason
  } catch {
    // Offline the code cannot be loaded either.
    return reason
  }
}

function readAck<E extends ClientEvent>(event: E, answer: unknown): Ack<E> {
  const decoded = decodeAck(event, answer)
  return decoded.ok ? decoded.value : unreadableAck(decoded.field)
}

/** The server acted, and answered in a way that this client cannot read: requested again later, under the same id. */
const unreadableAck = (field: string): ErrorAck => ({
  ok: false,
  error: `The answer could not be read at "${field}"`,
  code: 'INTERNAL',
  retry: 'after',
})

function reasonOfBye({ reason, reconnectInMs }: Bye): DownReason {
  const delay = reconnectInMs === undefined ? {} : { reconnectInMs }
  switch (reason) {
    case 'SERVER_SHUTDOWN':
    case 'SLOW_CONSUMER':
    case 'STATE_LOST':
      return { code: 'OFFLINE', text: `The server hung up: ${reason}`, next: 'retry', ...delay }
    case 'TOKEN_EXPIRED':
      return { code: reason, text: 'The token has expired', next: 'auth', ...delay }
    case 'SESSION_REVOKED':
    case 'TOKEN_INVALID':
    case 'PROTOCOL_UNSUPPORTED':
      return { code: reason, text: `The server hung up: ${reason}`, next: 'stop' }
    case 'ABUSE':
      // Of an app in a loop, as a rule, which may have come to its end: the chat is not over for it.
      return {
        code: 'RATE_LIMITED',
        text: 'The server hung up: too many requests',
        next: 'retry',
        reconnectInMs: AFTER_ABUSE_MS,
        ...delay,
      }
  }
}
