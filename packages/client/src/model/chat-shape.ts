import type { Invitation, Preview, RoomType, User } from '@roomful/protocol'
import type { ChatError } from './chat-error'
import type { RoomRow } from './register'

/**
 * The connection to the server, with its reason.
 *
 *   idle ──connect()──▶ connecting ──ready──▶ online
 *                           ▲  ╲                │ lost
 *                      retry│   ▼               ▼
 *                        waiting ◀──────────────┘
 *   any ──close(), or a reason not to come back──▶ stopped
 */
export type ConnectionState =
  | { readonly status: 'idle' }
  | { readonly status: 'connecting'; readonly attempt: number }
  | { readonly status: 'online'; readonly since: number }
  | {
      readonly status: 'waiting'
      readonly attempt: number
      readonly retryAt: number
      readonly error: ChatError
    }
  | { readonly status: 'stopped'; readonly error: ChatError | null }

/** One item of the room list; kept up to date without opening the room. The same object until something of it changes. */
export type RoomSummary = {
  readonly id: string
  readonly name: string
  readonly type: RoomType
  /**
   * Messages of other users after the read cursor: exact if it is known, else the server's count, which ends at 100.
   */
  readonly unread: number
  /** Own messages that were refused or held back, and wait for `retry` or `cancel`. */
  readonly failed: number
  /** Place of the newest message; 0: there is none. */
  readonly lastSeq: number
  /**
   * The newest message, cut at 200 code points; own messages from their confirmation on. Within one history of the server
   * it never goes back to an older message or text, even if the connection drops or the room's rows leave memory.
   */
  readonly preview: Preview | null
  /** The member count. 0: an older server, which does not send it. */
  readonly memberCount: number
  /** The row: settings, metadata, who made it. */
  readonly room: RoomRow
}

/**
 * The state of the local copy, with its reason. `ok`: confirmed and unsent messages survive a reload. `degraded`:
 * works, but not everything is stored; `memory`: nothing survives a reload.
 */
export type StorageState = { readonly status: 'ok' | 'degraded' | 'memory'; readonly reason?: string }

/** Everything an app shows that is not of one room. Each field keeps its reference until it changes. */
export type ChatState = {
  readonly connection: ConnectionState
  /** Known after the first connect. */
  readonly user: User | null
  /**
   * Identity of the server's history: it changes when the database is restored from a backup. Null until it is known.
   */
  readonly epoch: string | null
  /** By last activity, newest first. */
  readonly rooms: readonly RoomSummary[]
  /** `rooms` has been read from the server to its end, at least once: without it a room may be missing. */
  readonly roomsLoaded: boolean
  /**
   * Rooms that other users invite this user to, newest first: for `acceptInvitation` and `declineInvitation`. Empty
   * until they are known, and on servers without invitations. One expires at its `expiresAt`, and may stay listed a
   * while longer.
   */
  readonly invitations: readonly Invitation[]
  /** Of all rooms together. */
  readonly unreadTotal: number
  readonly storage: StorageState
  /** Messages and changes that wait to be sent, in all rooms. */
  readonly unsent: number
}
