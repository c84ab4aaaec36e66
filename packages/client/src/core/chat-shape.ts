import type { Preview, Room as RoomRow, RoomType, User } from '@roomful/protocol'
import type { ChatError } from './chat-error'

/**
 * The line to the server, with its reason.
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

export type RoomSummary = {
  readonly id: string
  readonly name: string
  readonly type: RoomType
  readonly unread: number
  readonly lastSeq: number
  readonly preview: Preview | null
  readonly room: RoomRow
}

/** `degraded`: works, but not everything is kept; `memory`: nothing survives a reload. */
export type StorageState = { readonly status: 'ok' | 'degraded' | 'memory'; readonly reason?: string }

export type ChatState = {
  readonly connection: ConnectionState
  /** Known after the first connect. */
  readonly user: User | null
  /** By last activity, newest first. */
  readonly rooms: readonly RoomSummary[]
  readonly unreadTotal: number
  readonly storage: StorageState
  /** Messages and changes that wait to be sent, in all rooms. */
  readonly unsent: number
}
