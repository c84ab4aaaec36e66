import { retryOf, WIRE_ERRORS, type WireErrorCode } from '@roomful/protocol'
import type { Refusal } from '../core/ops'

/** The HTTP status of a refusal: a new code does not compile without one. */
export const STATUS_OF: Readonly<Record<WireErrorCode, number>> = {
  INVALID_PAYLOAD: 400,
  INVALID_CONTENT: 422,
  CONTENT_TOO_LONG: 422,
  PAYLOAD_TOO_LARGE: 413,
  UNKNOWN_EVENT: 404,
  PROTOCOL_UNSUPPORTED: 400,
  TOKEN_INVALID: 401,
  SESSION_REVOKED: 401,
  USER_BANNED: 403,
  ORIGIN_DENIED: 403,
  ROOM_NOT_FOUND: 404,
  MESSAGE_NOT_FOUND: 404,
  INVITATION_NOT_FOUND: 404,
  USER_NOT_FOUND: 404,
  FORBIDDEN: 403,
  MUTED: 403,
  SLOW_MODE: 429,
  ROOM_ARCHIVED: 409,
  EDIT_WINDOW_CLOSED: 409,
  LIMIT_EXCEEDED: 409,
  CLIENT_ID_CONFLICT: 409,
  VERSION_CONFLICT: 409,
  STREAM_OPEN: 409,
  STREAM_ENDED: 409,
  HISTORY_TRUNCATED: 410,
  UNAUTHENTICATED: 401,
  TOKEN_EXPIRED: 401,
  RATE_LIMITED: 429,
  OVERLOADED: 503,
  UNAVAILABLE: 503,
  STORAGE_FULL: 507,
  INTERNAL: 500,
  REFUSED: 403,
  NOT_ATTEMPTED: 409,
}

/** A refusal as an RFC 9457 problem document. `detail`: what the table's text does not say. */
export function problemResponse(refusal: Refusal, requestId: string, detail?: string): Response {
  const { code, field, limit, retryAfterMs, reason } = refusal
  const status = STATUS_OF[code]
  const body = {
    type: `urn:roomful:error:${code}`,
    title: WIRE_ERRORS[code].text,
    status,
    ...(detail === undefined && reason === undefined ? {} : { detail: detail ?? reason }),
    code,
    retry: retryOf(code),
    ...(field === undefined ? {} : { field }),
    ...(limit === undefined ? {} : { limit }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    requestId,
  }
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      ...(retryAfterMs === undefined ? {} : { 'Retry-After': String(Math.ceil(retryAfterMs / 1000)) }),
      // The rest of the body is not read: the connection cannot be used again.
      ...(status === 413 ? { Connection: 'close' } : {}),
      ...(status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
    },
  })
}
