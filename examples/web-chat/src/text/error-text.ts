import type { ChatError } from '@roomful/client'

/** Texts for the user; the rest of the table is for developers. */
const TEXTS: Readonly<Record<string, string>> = {
  CONTENT_TOO_LONG: 'The message is too long.',
  PAYLOAD_TOO_LARGE: 'The message is too long.',
  INVALID_CONTENT: 'The message has characters that cannot be sent.',
  REFUSED: 'This is not permitted here.',
  FORBIDDEN: 'You are not allowed to do that here.',
  MUTED: 'You are muted in this room.',
  SLOW_MODE: 'This room is in slow mode. Wait a moment.',
  RATE_LIMITED: 'That was a bit fast. Wait a moment.',
  ROOM_NOT_FOUND: 'There is no such room, or you are not in it.',
  MESSAGE_NOT_FOUND: 'The message is not there any more.',
  USER_NOT_FOUND: 'There is no such person.',
  ROOM_ARCHIVED: 'This room is archived.',
  EDIT_WINDOW_CLOSED: 'The message is too old to be changed.',
  VERSION_CONFLICT: 'The message was changed meanwhile.',
  LIMIT_EXCEEDED: 'There is no more room for that.',
  OFFLINE: 'There is no connection.',
  TIMEOUT: 'The server did not answer.',
  OVERLOADED: 'The server is busy. Try again in a moment.',
  UNAVAILABLE: 'The server is not ready. Try again in a moment.',
  STORAGE_FULL: 'The server has no space left.',
}

export function errorText(error: ChatError): string {
  // The app's own words for its users.
  return error.reason ?? TEXTS[error.code] ?? error.message
}
