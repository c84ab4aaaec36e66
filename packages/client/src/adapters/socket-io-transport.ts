import {
  type Ack,
  type Bye,
  type ClientEvent,
  decodeAck,
  decodeServerEvent,
  type ErrorAck,
  type Payload,
} from '@roomful/protocol'
import { io, type Socket } from 'socket.io-client'
import type { DownReason, RequestResult, TransportFactory } from '../ports/transport'

/** One socket, from its dial to its end. */
type Line = { socket: Socket; ready: boolean; bye: Bye | null; pending: Set<() => void> }

const LOST: DownReason = { code: 'OFFLINE', text: 'The line was lost', next: 'retry' }

/** Protocol 2 over Socket.IO, of which only the line is used: no buffer, no reconnect, no retries, no recovery. */
export const socketIoTransport: TransportFactory = (url, onEvent) => {
  let line: Line | null = null

  /** Ends the line: whatever waits for an answer has none, and nothing of it is heard any more. */
  const end = (ended: Line): void => {
    if (line === ended) line = null
    ended.socket.offAny()
    ended.socket.off()
    ended.socket.disconnect()
    const { pending } = ended
    for (const lose of pending) lose()
  }

  const down = (ended: Line, reason: DownReason): void => {
    if (line !== ended) return
    end(ended)
    onEvent({ type: 'down', reason })
  }

  return {
    connect: (token) => {
      const socket = io(url, {
        auth: { token, protocol: 2 },
        forceNew: true,
        reconnection: false,
        transports: ['websocket', 'polling'],
        tryAllTransports: true,
      })
      const opened: Line = { socket, ready: false, bye: null, pending: new Set() }
      line = opened
      socket.on('connect_error', (error) => down(opened, refusalOf(error)))
      socket.on('disconnect', () => down(opened, opened.bye ? reasonOfBye(opened.bye) : LOST))
      socket.onAny((event: string, payload: unknown) => {
        // An event of a newer server is not for this client.
        const decoded = decodeServerEvent(event, payload)
        if (!decoded.ok) return
        const message = decoded.value
        if (message.event === 'bye') opened.bye = message.payload
        if (message.event === 'ready') {
          opened.ready = true
          onEvent({ type: 'ready', ready: message.payload })
        } else if (opened.ready) onEvent({ type: 'message', message })
      })
    },

    disconnect: () => {
      if (line) end(line)
    },

    request: <E extends ClientEvent>(event: E, payload: Payload<E>, timeoutMs: number) =>
      new Promise<RequestResult<E>>((resolve) => {
        if (!line?.ready || !line.socket.connected) return resolve({ kind: 'offline' })
        const { socket, pending } = line
        const finish = (result: RequestResult<E>): void => {
          clearTimeout(timer)
          pending.delete(lose)
          resolve(result)
        }
        const lose = (): void => finish({ kind: 'lost' })
        const timer = setTimeout(() => finish({ kind: 'timeout' }), timeoutMs)
        pending.add(lose)
        socket.emit(event, payload, (answer: unknown) => finish({ kind: 'ack', ack: readAck(event, answer) }))
      }),

    signal: (event, payload) => {
      if (line?.ready) line.socket.volatile.emit(event, payload)
    },

    close: () => {
      if (line) end(line)
    },
  }
}

function readAck<E extends ClientEvent>(event: E, answer: unknown): Ack<E> {
  const decoded = decodeAck(event, answer)
  return decoded.ok ? decoded.value : unreadable(decoded.field)
}

/** The server acted, and says so in a way that this client cannot read: asked again later, under the same id. */
export const unreadable = (field: string): ErrorAck => ({
  ok: false,
  error: `The answer could not be read at "${field}"`,
  code: 'INTERNAL',
  retry: 'after',
})

/** A refused handshake carries the server's refusal; anything else is a line that could not be made. */
function refusalOf(error: Error & { data?: unknown }): DownReason {
  // Any event's ack may be a refusal, and this one has the smallest schema.
  const decoded = decodeAck('typing', error.data)
  if (!decoded.ok || decoded.value.ok) return { ...LOST, text: error.message }
  const { code, error: text, retry, retryAfterMs } = decoded.value
  const next = retry === 'never' ? 'stop' : retry === 'auth' ? 'auth' : 'retry'
  return { code, text, next, ...(retryAfterMs === undefined ? {} : { reconnectInMs: retryAfterMs }) }
}

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
      return { code: 'FORBIDDEN', text: 'The server hung up: too many bad requests', next: 'stop' }
  }
}
