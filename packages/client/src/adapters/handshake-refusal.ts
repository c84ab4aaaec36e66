import { decodeAck } from '@roomful/protocol'
import type { DownReason } from '../ports/transport'
import { LOST } from './socket-line'

/** Socket.IO's `connect_error`: `data` is there, be it undefined, when a server answered and refused. */
export type ConnectError = Error & { data?: unknown }

/** A refused handshake carries the server's refusal; anything else is a line that could not be made. */
export function refusalOf(error: ConnectError): DownReason {
  // Any event's ack may be a refusal, and this one has the smallest schema.
  const decoded = decodeAck('typing', error.data)
  if (!decoded.ok || decoded.value.ok) return { ...LOST, text: error.message }
  const { code, error: text, retry, retryAfterMs } = decoded.value
  const next = retry === 'never' ? 'stop' : retry === 'auth' ? 'auth' : 'retry'
  return { code, text, next, ...(retryAfterMs === undefined ? {} : { reconnectInMs: retryAfterMs }) }
}
