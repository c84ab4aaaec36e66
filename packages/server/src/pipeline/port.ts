import type { Change, Head, RoomId } from '@roomful/protocol'
import type { Op, Outcome } from '../core/ops'

/** One commit of one room, as it is broadcast: everything that subscribers need, in rev order. */
export type CommittedBatch = {
  readonly roomId: RoomId
  /** The head under the lock before the commit: seqs above its lastSeq are new. */
  readonly previous: Head
  readonly head: Head
  readonly changes: readonly Change[]
}

/** All writes to rooms: one append queue per room, drained in batches, one commit per batch. */
export interface Pipeline {
  /** Resolves after the commit and its publishing, so that an ack never runs ahead of the broadcast. Never rejects. */
  submit(roomId: RoomId, op: Op): Promise<Outcome>
  /**
   * Several ops of one author, in sequence. All in one batch where they fit. After a refusal that may be retried the
   * rest are NOT_ATTEMPTED, so that their order holds.
   */
  submitAll(roomId: RoomId, ops: readonly Op[]): Promise<readonly Outcome[]>
  /** Ops that are waiting or being committed, in all rooms. */
  depth(): number
  /** Resolves when all queues are empty. */
  drained(): Promise<void>
}

/** Where a committed batch goes: this node's sockets, and the other nodes. Called once a commit, in commit order. */
export type Publish = (batch: CommittedBatch) => void
