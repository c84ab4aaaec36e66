import {
  type Ack,
  type Bye,
  type ClientEvent,
  decodeAck,
  decodeServerEvent,
  type ErrorAck,
} from '@roomful/protocol'
import type { DownReason, TransportFactory } from '../ports/transport'
import { refusalOf } from './handshake-refusal'
import { checkPayload } from './payload-check'
import { LOST, openLine, type SocketLine } from './socket-line'

/** Protocol 2 over Socket.IO. Everything that comes in is decoded here, once. */
export const socketIoTransport: TransportFactory = (url, onEvent) => {
  let line: SocketLine | null = null
  let ready = false

  const drop = (): void => {
    line?.end()
    line = null
    ready = false
  }

  return {
    connect: (token) => {
      let bye: Bye | null = null
      const down = (reason: DownReason): void => {
        line = null
        ready = false
        onEvent({ type: 'down', reason })
      }
      line = openLine(
        url,
        { token, protocol: 2 },
        { refused: (error) => down(refusalOf(error)), lost: () => down(bye ? reasonOfBye(bye) : LOST) },
      )
      line.socket.onAny((event: string, payload: unknown) => {
        // An event of a newer server is not for this client.
        const decoded = decodeServerEvent(event, payload)
        if (!decoded.ok) return
        const message = decoded.value
        if (message.event === 'bye') bye = message.payload
        if (message.event === 'ready') {
          ready = true
          onEvent({ type: 'ready', ready: message.payload })
        } else if (ready) onEvent({ type: 'message', message })
      })
    },
    disconnect: drop,
    close: drop,
    request: async (event, payload, timeoutMs) => {
      if (line === null || !ready) return { kind: 'offline' }
      const checked = checkPayload(event, payload)
      if (!checked.ok) return { kind: 'ack', ack: checked.ack }
      const result = await line.request(event, checked.payload, timeoutMs)
      return result.kind === 'ack' ? { kind: 'ack', ack: readAck(event, result.answer) } : result
    },
    signal: (event, payload) => {
      if (ready) line?.socket.volatile.emit(event, payload)
    },
  }
}

function readAck<E extends ClientEvent>(event: E, answer: unknown): Ack<E> {
  const decoded = decodeAck(event, answer)
  return decoded.ok ? decoded.value : unreadable(decoded.field)
}

/** The server acted, and says so in a way that this client cannot read: asked again later, under the same id. */
const unreadable = (field: string): ErrorAck => ({
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
      return { code: 'FORBIDDEN', text: 'The server hung up: too many bad requests', next: 'stop' }
  }
}
