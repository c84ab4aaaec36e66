import type { ChatError } from './model/chat-error'

/** Of a user with several devices the most present one counts. */
export type PresenceView = {
  readonly userId: string
  readonly status: 'online' | 'away' | 'offline'
  /** ISO time, UTC: when the server last saw the user come, go or change. Null: not since it started. */
  readonly lastSeenAt: string | null
}

/** What a watch knows. */
export type PresenceState = {
  /** By user id. Missing: not known yet. With whom one shares no room is `offline`, as is who does not exist. */
  readonly users: ReadonlyMap<string, PresenceView>
  /** Why the server sends no presence: LIMIT_EXCEEDED past 200 users at once, UNKNOWN_EVENT from one of protocol 1. */
  readonly error: ChatError | null
}

/** Presence of some users, for as long as there is a listener. What was known last stays while the connection is gone. */
export interface PresenceWatch {
  /** The same reference until something of it changed. */
  getState(): PresenceState
  /** Calls `listener` after each change. Returns the function that stops it. See `Chat.subscribe`. */
  subscribe(listener: () => void): () => void
}
