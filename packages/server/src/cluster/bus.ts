import type { PresenceStatus, RoomId, TypingSignal, UserId } from '@roomful/protocol'
import type { CommittedBatch } from '../pipeline/port'

/** What the nodes tell each other. JSON all through, so that it can travel. */
export type BusMessage =
  | { readonly type: 'batch'; readonly batch: CommittedBatch }
  /** A room was made, and these are in it. */
  | { readonly type: 'created'; readonly roomId: RoomId; readonly userIds: readonly UserId[] }
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
  | { readonly type: 'revoked'; readonly sid: string }

/**
 * Hints between nodes: the database is the truth, and whatever is lost here is found again by `room-heads`.
 * Guarantees: this node's listeners have been called when `publish` returns, so a broadcast never falls behind its
 * ack; one node's messages about one room arrive in their order, if they arrive.
 */
export interface Bus {
  publish(message: BusMessage): void
  subscribe(listener: (message: BusMessage) => void): void
  close(): Promise<void>
}
