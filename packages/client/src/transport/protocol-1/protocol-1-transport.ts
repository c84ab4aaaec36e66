import type { ClientEvent, PayloadInput } from '@roomful/protocol'
import { LIMITS } from '@roomful/protocol/plain'
import type { SocketOptions } from '../../options'
import { type ConnectError, refusalOf } from '../handshake-refusal'
import { checkPayload } from '../payload-check'
import type { DownReason, RequestResult, TransportFactory } from '../port'
import { LOST, openSocket, type SocketConnection } from '../socket-connection'
import { protocol1Requests, refusal } from './protocol-1-requests'
import { Protocol1State } from './protocol-1-state'

/** The longest wait for a server that never sends the user's rooms. */
const JOINED_WAIT_MS = 3_000

/**
 * Protocol 1: a server that speaks only the reference's events. It has no `ready`, no `rev` and no `sync`: revs are made
 * from seqs and from what is seen to change, gaps are found by seq alone, and after each connect the held window is read
 * again, so that edits and deletes that were missed arrive.
 */
export const protocol1Transport =
  (options: SocketOptions): TransportFactory =>
  (url, onEvent) => {
    const state = new Protocol1State(onEvent)
    let connection: SocketConnection | null = null
    let joined: Promise<void> = Promise.resolve()

    const drop = (): void => {
      connection?.end()
      connection = null
    }

    return {
      connect: (token) => {
        const down = (reason: DownReason): void => {
          connection = null
          onEvent({ type: 'down', reason })
        }
        state.begin(token)
        const opened = openSocket(url, { token }, options, {
          refused: (error) => down(refusalIn(error)),
          lost: () => down(LOST),
        })
        connection = opened
        joined = new Promise((resolve) => {
          const timer = setTimeout(resolve, JOINED_WAIT_MS)
          opened.socket.on('rooms-joined', () => {
            clearTimeout(timer)
            resolve()
          })
        })
        opened.socket.onAny((event: string, payload: unknown) => state.take(event, payload))
        opened.socket.on('connect', () => {
          const { epoch, me: user } = state
          onEvent({
            type: 'ready',
            ready: { protocol: 2, epoch, user, limits: { ...LIMITS }, serverTime: null },
          })
          // Subscribes to all rooms: the reference knows no other way.
          opened.socket.emit('join-rooms', {})
        })
      },
      disconnect: drop,
      close: drop,
      request: async <E extends ClientEvent>(
        event: E,
        payload: PayloadInput<E>,
        timeoutMs: number,
      ): Promise<RequestResult<E>> => {
        if (!connection?.socket.connected) return { kind: 'offline' }
        const handler = protocol1Requests(state, connection, joined, timeoutMs)[event]
        if (handler === undefined)
          return { kind: 'ack', ack: refusal('Protocol 1 has no such event', 'UNKNOWN_EVENT') }
        const checked = checkPayload(event, payload)
        if (!checked.ok) return { kind: 'ack', ack: checked.ack }
        const answer = await handler(checked.payload)
        return typeof answer === 'string' ? { kind: answer } : { kind: 'ack', ack: answer }
      },
      // Typing is not in the reference.
      signal: () => {},
    }
  }

/** A server of protocol 1 refuses with its own text. Mostly it is the token; a fixed one is sent again, in case it is not. */
function refusalIn(error: ConnectError): DownReason {
  const reason = refusalOf(error)
  return reason.code === LOST.code && 'data' in error ? { ...reason, next: 'auth' } : reason
}
