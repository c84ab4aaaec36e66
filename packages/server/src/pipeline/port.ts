import type { Change, Head, RoomId } from '@roomful/protocol'
import type { Op, Outcome } from '../core/ops'

/** One commit of one room, as it is broadcast: everything a subscriber needs, in rev order. */
export type CommittedBatch = {
  readonly roomId: RoomId
  /** The head that the commit found under the lock: what lies above its lastSeq is new. */
  readonly previous: Head
  readonly head: Head
  readonly changes: readonly Change[]
}

/** The way into a room: one append queue a room, drained in batches, a commit a batch. */
export interface Pipeline {
  /** Resolves after the commit and its publishing, so that an ack never runs ahead of the broadcast. Never rejects. */
  submit(roomId: RoomId, op: Op): Promise<Outcome>
  /**
   * Several ops of one author, one after another. All in one batch where they fit. After a refusal that may be
   * retried the rest are NOT_ATTEMPTED, so that their order holds.
   */
  submitAll(roomId: RoomId, ops: readonly Op[]): Promise<readonly Outcome[]>
  /** Ops that wait or are being committed, in all rooms. */
  depth(): number
  /** Resolves when all queues are empty. */
  drained(): Promise<void>
}

/** Where a committed batch goes: this node's sockets, and the other nodes. Called once a commit, in commit order. */
export type Publish = (batch: CommittedBatch) => void
