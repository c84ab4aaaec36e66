import type { PresenceStatus, RoomId, TypingSignal, User, UserId } from '@roomful/protocol'
import type { CommittedBatch } from '../pipeline/port'

/** What the nodes tell each other. JSON all through, so that it can travel. */
export type BusMessage =
  | { readonly type: 'batch'; readonly batch: CommittedBatch }
  /** A room was made, and these are in it; all but `by` were put there. */
  | {
      readonly type: 'created'
      readonly roomId: RoomId
      readonly userIds: readonly UserId[]
      /** Absent: of a server that does not know who did it. */
      readonly by?: UserId
    }
  /** A user is invited to a room; or has answered, on one of their devices. */
  | { readonly type: 'invited' | 'uninvited'; readonly userId: UserId; readonly roomId: RoomId }
  /** A user has hidden a dm, or shows it again (null). */
  | {
      readonly type: 'hidden'
      readonly userId: UserId
      readonly roomId: RoomId
      readonly hiddenSeq: number | null
    }
  | {
      readonly type: 'read'
      readonly roomId: RoomId
      readonly userId: UserId
      readonly seq: number
      /** The line that said so: it is not told again. */
      readonly lineId: string
    }
  | { readonly type: 'typing'; readonly signal: TypingSignal; readonly lineId: string }
  | {
      readonly type: 'presence'
      readonly nodeId: string
      readonly userId: UserId
      /** Of his devices on that node. */
      readonly status: PresenceStatus
      readonly at: number
    }
  /** All users of one node who are not offline there, at one moment. */
  | {
      readonly type: 'presences'
      readonly nodeId: string
      readonly users: readonly (readonly [UserId, PresenceStatus])[]
      readonly at: number
    }
  /** A user has another name now. */
  | { readonly type: 'renamed'; readonly user: User }
  /** A room is gone, for all. */
  | { readonly type: 'deleted'; readonly roomId: RoomId }
  /** All sessions of a user are over whose tokens were issued up to then. */
  | { readonly type: 'sessions-ended'; readonly userId: UserId; readonly atMs: number }
  | { readonly type: 'revoked'; readonly sid: string }
  /** Said by the bus itself, and never sent: a node is heard of for the first time (again), or no longer. */
  | { readonly type: 'node-here' | 'node-gone'; readonly nodeId: string }
  /** Said by the bus itself: it reaches the other nodes (again). What was published before may not have. */
  | { readonly type: 'bus-up' }

/**
 * Hints between nodes: the database is the truth, and whatever is lost here is found again by `room-heads`.
 * Guarantees: this node's listeners have been called when `publish` returns, so a broadcast never falls behind its
 * ack; one node's messages about one room arrive in their order, if they arrive.
 */
export interface Bus {
  /** Other nodes are on it, or may be: what they commit is looked for in the database as well. */
  readonly isShared: boolean
  /** Does it reach the other nodes at the moment? Absent: always. */
  isUp?(): boolean
  /** May something have been lost since this was asked last? Absent: where it is shared, always. */
  takeLoss?(): boolean
  publish(message: BusMessage): void
  subscribe(listener: (message: BusMessage) => void): void
  close(): Promise<void>
}
