import type { DownReason } from '@roomful/client'
import { type Bye, decodeAck } from '@roomful/protocol'

export const LOST: DownReason = { code: 'OFFLINE', text: 'The connection was lost', next: 'retry' }

/** A refused handshake carries the server's refusal. */
export function refusalReason(refusal: unknown): DownReason {
  const decoded = decodeAck('typing', refusal)
  if (!decoded.ok || decoded.value.ok) return LOST
  const { code, error: text, retry, retryAfterMs, reason } = decoded.value
  const next = retry === 'never' ? 'stop' : retry === 'auth' ? 'auth' : 'retry'
  return {
    ...{ code, text, next },
    ...(retryAfterMs === undefined ? {} : { reconnectInMs: retryAfterMs }),
    ...(reason === undefined ? {} : { reason }),
  }
}

/** As the socket adapter reads a `bye`. */
export function byeReason({ reason, reconnectInMs }: Bye): DownReason {
  const delay = reconnectInMs === undefined ? {} : { reconnectInMs }
  const text = `The server hung up: ${reason}`
  switch (reason) {
    case 'SERVER_SHUTDOWN':
    case 'SLOW_CONSUMER':
    case 'STATE_LOST':
      return { code: 'OFFLINE', text, next: 'retry', ...delay }
    case 'TOKEN_EXPIRED':
      return { code: reason, text, next: 'auth', ...delay }
    case 'SESSION_REVOKED':
    case 'TOKEN_INVALID':
    case 'PROTOCOL_UNSUPPORTED':
      return { code: reason, text, next: 'stop' }
    case 'ABUSE':
      return { code: 'RATE_LIMITED', text, next: 'retry', reconnectInMs: 30_000, ...delay }
  }
}
