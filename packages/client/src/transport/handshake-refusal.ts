import { decodeAck, isErrorCode, retryOf } from '@roomful/protocol'
import type { DownReason } from './port'
import { LOST } from './socket-connection'

/** Socket.IO's `connect_error`: `data` is there, be it undefined, when a server answered and refused. */
export type ConnectError = Error & {
  data?: unknown
  /** The request that failed, of a device that polls. */
  context?: unknown
}

/** A refused handshake carries the server's refusal; anything else is a connection that could not be made. */
export function refusalOf(error: ConnectError): DownReason {
  // Any event's ack may be a refusal, and this one has the smallest schema.
  const decoded = decodeAck('typing', error.data)
  if (!decoded.ok || decoded.value.ok) return { ...LOST, text: error.message, ...doorRefusal(error) }
  const { code, error: text, retry, retryAfterMs, reason } = decoded.value
  const next = retry === 'never' ? 'stop' : retry === 'auth' ? 'auth' : 'retry'
  return {
    ...{ code, text, next },
    ...(retryAfterMs === undefined ? {} : { reconnectInMs: retryAfterMs }),
    ...(reason === undefined ? {} : { reason }),
  }
}

/** Before a handshake a server refuses the request itself, such as for its origin: `{"code":4,"message":"ORIGIN_DENIED"}`. */
function doorRefusal({ context }: ConnectError): Partial<DownReason> | undefined {
  try {
    const { message } = JSON.parse((context as { responseText: string }).responseText)
    if (!isErrorCode(message)) return undefined
    const next = retryOf(message) === 'never' ? 'stop' : 'retry'
    return { code: message, next, ...(message === 'ORIGIN_DENIED' && originDenied()) }
  } catch {
    // A proxy's page, or no answer at all.
  }
  return undefined
}

/** For developers: a page on another port than its server is of another origin. */
const originDenied = (): Partial<DownReason> => ({
  text: `The server takes no pages of ${globalThis.location?.origin ?? 'this origin'}: start it with --origins`,
  hint: 'serve --origins',
})
