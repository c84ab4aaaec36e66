import type { RoomId } from '@roomful/protocol'
import type { Reader, Store } from '../stores/port'

/** What can be asked about ephemeral rooms. They are on no list of rooms, and their users are kept elsewhere. */
export type EphemeralReader = Omit<
  Reader,
  | 'publicRooms'
  | 'user'
  | 'spans'
  | 'deletedAmong'
  | 'reportedRooms'
  | 'acquaintances'
  | 'blockersOf'
  | 'blocked'
  | 'invitations'
  | 'dm'
>

/** How much of one ephemeral room is kept. What is oldest goes first. */
export type Keep = {
  /** Late joiners see so many messages. */
  readonly messages: number
  /** Ids of edits, deletes and reactions, by which a repeat is known. */
  readonly ops: number
  readonly audit: number
  /** Rows of people who have left; they come and go without end in a live event. */
  readonly departed: number
  /** Reports; resolved ones go first, and with so many open ones no other is taken. */
  readonly reports: number
}

export const KEEP: Keep = { messages: 100, ops: 1_000, audit: 100, departed: 1_000, reports: 1_000 }

/** How many ephemeral rooms there may be, and for how long one lives that nobody uses. */
export type EphemeralLimits = {
  readonly rooms: number
  /** Rooms of one maker. */
  readonly roomsPerUser: number
  readonly idleMs: number
}

export const EPHEMERAL_LIMITS: EphemeralLimits = { rooms: 10_000, roomsPerUser: 50, idleMs: 10 * 60_000 }

/** Rooms that one `sweep` takes away at most. */
export const SWEEP_ROOMS = 200

/**
 * Holds the ephemeral rooms of all nodes: any node serves them, none owns them. It keeps the promises of the Store port
 * for what it has of it (locks, snapshots, whole commits, errors), and its own:
 * - Of a room it keeps what `Keep` says; messages below the last so many are purged, as by `Store.purge`.
 * - clientIds are known for as long as the room lives (P2, I4).
 * - `createRoom` is refused with OVERLOADED where there are too many rooms, with LIMIT_EXCEEDED where their maker has too
 *   many. Nothing is kept of what is refused.
 */
export interface EphemeralStore
  extends Pick<Store, 'commit' | 'createRoom' | 'markRead' | 'putReport' | 'close'> {
  read<T>(reads: (reader: EphemeralReader) => Promise<T>): Promise<T>
  /** These rooms are in use: somebody of them is connected. Any number. */
  touch(roomIds: readonly RoomId[]): Promise<void>
  /** Takes away rooms that have not been used for too long, some at once; answers how many. */
  sweep(): Promise<number>
}
