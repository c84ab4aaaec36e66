import type { WireErrorCode } from '@roomful/protocol'
import type { Context, MiddlewareHandler } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Refusal } from '../core/ops'
import { errorAck } from '../handlers/refusal-ack'
import type { Ids } from '../ports/ids'
import type { Meter } from '../ports/meter'

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

/** Where a request keeps the code of its refusal, for `countRefusals`. */
const KEY = 'refusal'

/** A refusal as on a socket, with the matching HTTP status. */
export function refusalResponse(c: Context, refusal: Refusal, ids: Ids): Response {
  const { code, retryAfterMs } = refusal
  c.set(KEY, code)
  if (retryAfterMs !== undefined) c.header('Retry-After', String(Math.ceil(retryAfterMs / 1000)))
  return c.json(errorAck(refusal, ids.requestId()), STATUS[code] ?? OTHERWISE)
}

/** One place for all routes: none can forget to count. */
export const countRefusals =
  (meter: Pick<Meter, 'refusal'>): MiddlewareHandler =>
  async (c, next) => {
    await next()
    const code: unknown = c.get(KEY)
    if (typeof code === 'string') meter.refusal(code)
  }
