/**
 * What a client does next. `never`: the same request will be refused again. `now`: send it again at once. `after`: send
 * it again after `retryAfterMs`, or your own back-off. `auth`: get a fresh token first.
 */
export type Retry = 'never' | 'now' | 'after' | 'auth'

/** Every refusal of the server: its advice and what it means. The docs page is generated from this table. */
export const WIRE_ERRORS = {
  INVALID_PAYLOAD: { retry: 'never', text: 'The payload does not have the shape of this event' },
  INVALID_CONTENT: { retry: 'never', text: 'The content is blank, ill-formed, or has a NUL' },
  CONTENT_TOO_LONG: { retry: 'never', text: 'The content is longer than the limit' },
  PAYLOAD_TOO_LARGE: { retry: 'never', text: 'The frame is larger than the limit' },
  UNKNOWN_EVENT: { retry: 'never', text: 'There is no such event' },
  PROTOCOL_UNSUPPORTED: { retry: 'never', text: 'This server does not speak the protocol asked for' },
  TOKEN_INVALID: { retry: 'never', text: 'The token is not valid' },
  SESSION_REVOKED: { retry: 'never', text: 'This session was ended' },
  USER_BANNED: { retry: 'never', text: 'You are banned' },
  ORIGIN_DENIED: { retry: 'never', text: 'This origin is not on the allow-list' },
  ROOM_NOT_FOUND: { retry: 'never', text: 'There is no such room' },
  MESSAGE_NOT_FOUND: { retry: 'never', text: 'There is no such message' },
  INVITATION_NOT_FOUND: { retry: 'never', text: 'There is no such invitation' },
  USER_NOT_FOUND: { retry: 'never', text: 'There is no such user' },
  REFUSED: { retry: 'never', text: 'The app does not permit this' },
  FORBIDDEN: { retry: 'never', text: 'Your role does not permit this' },
  MUTED: { retry: 'never', text: 'You are muted in this room' },
  SLOW_MODE: { retry: 'never', text: 'This room is in slow mode' },
  ROOM_ARCHIVED: { retry: 'never', text: 'The room is archived' },
  EDIT_WINDOW_CLOSED: { retry: 'never', text: 'The message is too old to be edited' },
  LIMIT_EXCEEDED: { retry: 'never', text: 'A limit is reached' },
  CLIENT_ID_CONFLICT: { retry: 'never', text: 'This clientId was used for other content' },
  VERSION_CONFLICT: { retry: 'never', text: 'The message was changed since' },
  STREAM_OPEN: { retry: 'never', text: 'The message is still growing' },
  STREAM_ENDED: {
    retry: 'never',
    text: 'The message does not grow any more, or another producer continues it',
  },
  HISTORY_TRUNCATED: { retry: 'never', text: 'This part of the history was purged' },
  UNAUTHENTICATED: { retry: 'auth', text: 'Not signed in' },
  TOKEN_EXPIRED: { retry: 'auth', text: 'The token has expired' },
  RATE_LIMITED: { retry: 'after', text: 'Too many requests' },
  OVERLOADED: { retry: 'after', text: 'The server is busy' },
  UNAVAILABLE: { retry: 'after', text: 'The database cannot be reached' },
  STORAGE_FULL: { retry: 'after', text: 'The disk is full' },
  INTERNAL: { retry: 'after', text: 'The server failed' },
  NOT_ATTEMPTED: { retry: 'now', text: 'An earlier message of the batch was not taken' },
} as const satisfies Record<string, { retry: Retry; text: string }>

export type WireErrorCode = keyof typeof WIRE_ERRORS

/** Outcomes that only the SDK reports. TIMEOUT is *unknown*, never failed: retry with the same clientId. */
export const LOCAL_ERRORS = {
  TIMEOUT: { retry: 'now', text: 'No answer came in time; the outcome is unknown' },
  OFFLINE: { retry: 'after', text: 'There is no connection' },
  ABORTED: { retry: 'never', text: 'The request was given up' },
  EXPIRED: {
    retry: 'never',
    text: 'The message has waited too long; whether it is still to be sent, the user says',
  },
  FILE_LOST: { retry: 'never', text: 'The bytes of the file are gone; it has to be chosen again' },
} as const satisfies Record<string, { retry: Retry; text: string }>

export type LocalErrorCode = keyof typeof LOCAL_ERRORS
/** Every code that a `ChatError` can have: those of the wire, and the SDK's own. */
export type ErrorCode = WireErrorCode | LocalErrorCode

export function retryOf(code: ErrorCode): Retry {
  return code in WIRE_ERRORS
    ? WIRE_ERRORS[code as WireErrorCode].retry
    : LOCAL_ERRORS[code as LocalErrorCode].retry
}

/** Narrows a string from outside; false for codes of a newer server. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(WIRE_ERRORS, code) || Object.hasOwn(LOCAL_ERRORS, code)
}
