import type { WireErrorCode } from '@roomful/protocol'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Refusal } from '../core/ops'
import { errorAck } from '../handlers/refusal-ack'
import type { Ids } from '../ports/ids'

const STATUS: Partial<Record<WireErrorCode, ContentfulStatusCode>> = {
  UNAUTHENTICATED: 401,
  TOKEN_EXPIRED: 401,
  TOKEN_INVALID: 401,
  SESSION_REVOKED: 401,
  USER_BANNED: 403,
  FORBIDDEN: 403,
  REFUSED: 403,
  PAYLOAD_TOO_LARGE: 413,
  INVALID_CONTENT: 415,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  OVERLOADED: 503,
  UNAVAILABLE: 503,
  STORAGE_FULL: 507,
}
const OTHERWISE = 400

/** A refusal as on a socket, with the matching HTTP status. */
export function refusalResponse(c: Context, refusal: Refusal, ids: Ids): Response {
  const { code, retryAfterMs } = refusal
  if (retryAfterMs !== undefined) c.header('Retry-After', String(Math.ceil(retryAfterMs / 1000)))
  return c.json(errorAck(refusal, ids.requestId()), STATUS[code] ?? OTHERWISE)
}
