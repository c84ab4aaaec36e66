import type { RoomId } from '@roomful/protocol'
import type { Reader, Store } from '../stores/port'

/** The reads of ephemeral rooms. They appear in no list of rooms, and their users are stored elsewhere. */
export type EphemeralReader = Omit<
  Reader,
  | 'hasLeftOut'
  | 'publicRooms'
  | 'user'
  | 'users'
  | 'rooms'
  | 'leftRooms'
  | 'countMessages'
  | 'countUnread'
  | 'spans'
  | 'growing'
  | 'deletedAmong'
  | 'reportedRooms'
  | 'acquaintances'
  | 'blockersOf'
  | 'blocked'
  | 'invitations'
  | 'sentInvitations'
  | 'dm'
>

/** How much of one ephemeral room is kept. The oldest goes first. */
export type Keep = {
  /** Late joiners see this many messages. */
  readonly messages: number
  /** Ids of edits, deletes and reactions, to recognise a repeat. */
  readonly ops: number
  readonly audit: number
  /** Rows of members who have left; in a live event users come and go without end. */
  readonly departed: number
  /** Reports; resolved ones go first, and with this many open ones new ones are refused. */
  readonly reports: number
}

export const KEEP: Keep = { messages: 100, ops: 1_000, audit: 100, departed: 1_000, reports: 1_000 }

/** How many ephemeral rooms there may be, and how long an unused one lives. */
export type EphemeralLimits = {
  readonly rooms: number
  /** Rooms of one creator. */
  readonly roomsPerUser: number
  readonly idleMs: number
}

export const EPHEMERAL_LIMITS: EphemeralLimits = { rooms: 10_000, roomsPerUser: 50, idleMs: 10 * 60_000 }

/** The most rooms that one `sweep` removes. */
export const SWEEP_ROOMS = 200

/**
 * Holds the ephemeral rooms of all nodes: any node serves them, none owns them. It keeps the promises of the Store port
 * for the part it has (locks, snapshots, whole commits, errors), and these:
 * - It keeps of a room what `Keep` states; older messages are purged, as by `Store.purge`.
 * - clientIds are known for as long as the room lives (P2, I4).
 * - `createRoom` is refused with OVERLOADED if there are too many rooms, with LIMIT_EXCEEDED if their creator has too
 *   many. A refusal stores nothing.
 */
export interface EphemeralStore
  extends Pick<Store, 'commit' | 'createRoom' | 'markRead' | 'putReport' | 'close'> {
  read<T>(reads: (reader: EphemeralReader) => Promise<T>): Promise<T>
  /** Marks rooms as in use: a member is connected. Any number. */
  touch(roomIds: readonly RoomId[]): Promise<void>
  /** Removes some of the rooms that have been unused for too long; returns how many. */
  sweep(): Promise<number>
}
