import type { PresenceStatus, RoomId, StreamPiece, TypingSignal, User, UserId } from '@roomful/protocol'
import type { CommittedBatch } from '../pipeline/port'

/** Messages between the nodes. Plain JSON, so that they can travel. */
export type BusMessage =
  | { readonly type: 'batch'; readonly batch: CommittedBatch }
  /** A room was made with these members; all but `by` were put there. */
  | {
      readonly type: 'created'
      readonly roomId: RoomId
      readonly userIds: readonly UserId[]
      /** Absent: from a server that does not send it. */
      readonly by?: UserId
    }
  /** A user is invited to a room, or has answered on one of their devices. */
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
      /** The connection that sent it: it does not receive it. */
      readonly lineId: string
    }
  /** What growing messages have more than their rows. */
  | { readonly type: 'delta'; readonly roomId: RoomId; readonly deltas: readonly StreamPiece[] }
  | { readonly type: 'typing'; readonly signal: TypingSignal; readonly lineId: string }
  | {
      readonly type: 'presence'
      readonly nodeId: string
      readonly userId: UserId
      /** The status over the user's devices on that node. */
      readonly status: PresenceStatus
      readonly at: number
      /** Of `offline`: no other node had the user, as far as this one knew. */
      readonly last?: true
    }
  /** All users who are not offline on one node, at one moment. */
  | {
      readonly type: 'presences'
      readonly nodeId: string
      readonly users: readonly (readonly [UserId, PresenceStatus])[]
      readonly at: number
    }
  /** A user was renamed. */
  | { readonly type: 'renamed'; readonly user: User }
  /** A room was deleted. */
  | { readonly type: 'deleted'; readonly roomId: RoomId }
  /** All sessions of a user were ended whose tokens were issued up to then. */
  | { readonly type: 'sessions-ended'; readonly userId: UserId; readonly atMs: number }
  | { readonly type: 'revoked'; readonly sid: string }
  /** From the bus itself, never sent: a node has appeared (again), or has gone. */
  | { readonly type: 'node-here' | 'node-gone'; readonly nodeId: string }
  /** From the bus itself: it reaches the other nodes (again). Earlier messages may be lost. */
  | { readonly type: 'bus-up' }

/**
 * Hints between nodes: the database is the truth, and `room-heads` recovers what is lost here. Guarantees: this node's
 * listeners have been called when `publish` returns, so a broadcast never falls behind its ack; one node's messages
 * about one room arrive in order, if they arrive.
 */
export interface Bus {
  /** Other nodes are on it, or may be: their commits are looked for in the database as well. */
  readonly isShared: boolean
  /** Whether it reaches the other nodes now. Absent: always. */
  isUp?(): boolean
  /** Whether something may have been lost since the last call. Absent: if it is shared, always. */
  takeLoss?(): boolean
  publish(message: BusMessage): void
  subscribe(listener: (message: BusMessage) => void): void
  close(): Promise<void>
}
