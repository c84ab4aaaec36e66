import { type Head, type RoomId, retryOf } from '@roomful/protocol'
import { decide } from '../core/decide'
import { needOf } from '../core/need'
import { sizeOf } from '../core/op-size'
import type { Op, Outcome, Plan, Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { RoomKinds } from '../core/room-kinds'
import type { Clock } from '../ports/clock'
import { type Store, StoreError } from '../stores/port'
import { delayBatch } from './batch-delay'
import type { Pipeline, Publish } from './port'
import { RoomQueue } from './room-queue'

/** Ops of one transaction: a larger commit would delay its first ops noticeably. */
const BATCH_OPS = 200
/** A room's waiting ops: 25 full batches, a second or two of a healthy database. */
const ROOM_WAITING_OPS = 5_000
/** All rooms' waiting ops. */
const WAITING_OPS = 50_000
/** Memory that they and the ops being committed may take. An op of the longest content takes 32 KB. */
const WAITING_BYTES = 64 * 2 ** 20
/** A quarter of it: one busy room must not refuse all others. */
const ROOM_WAITING_BYTES = 16 * 2 ** 20
/** When OVERLOADED: long enough for a full room queue to drain. */
const OVERLOADED_RETRY_MS = 1_000

export type QueueLimits = {
  readonly batchOps: number
  readonly roomWaiting: number
  readonly waiting: number
  readonly roomBytes: number
  readonly bytes: number
}

const LIMITS: QueueLimits = {
  batchOps: BATCH_OPS,
  roomWaiting: ROOM_WAITING_OPS,
  waiting: WAITING_OPS,
  roomBytes: ROOM_WAITING_BYTES,
  bytes: WAITING_BYTES,
}

export type AppendQueueOptions = {
  readonly store: Pick<Store, 'commit'>
  readonly publish: Publish
  /** A clock in milliseconds, to measure commits with. */
  readonly now: () => number
  readonly setTimer: Clock['setTimer']
  /** Errors beside the outcomes, for the log: a failed commit, a publisher that threw. */
  readonly onError: (error: unknown, roomId: RoomId) => void
  readonly onCommit?: (commit: { roomId: RoomId; ops: number; ms: number }) => void
  readonly limits?: Partial<QueueLimits>
  readonly kinds?: RoomKinds
}

/**
 * One queue a room, drained in batches. What arrives while a commit is under way is the next batch, so a busy room pays
 * for few commits and a quiet one does not wait. Rooms commit in parallel.
 *
 *   waiting ── take ──▶ committing ── publish ──▶ answered        (I3: batches leave in the order of their commits)
 *      ▲                    ├── store away ──▶ answered with its code, nothing published
 *      │                    └── rows refused ──▶ halved, until the op that is refused is alone
 *      └── batch delay, after a batch of several
 */
export class AppendQueue implements Pipeline {
  private readonly rooms = new Map<RoomId, RoomQueue>()
  private readonly onDrained: (() => void)[] = []
  private readonly limits: QueueLimits
  private ops = 0
  private bytes = 0

  constructor(private readonly options: AppendQueueOptions) {
    this.limits = { ...LIMITS, ...options.limits }
  }

  submit(roomId: RoomId, op: Op): Promise<Outcome> {
    const [outcome] = this.enqueue(roomId, [op])
    return outcome ?? Promise.resolve(refuse('INTERNAL'))
  }

  submitAll(roomId: RoomId, ops: readonly Op[]): Promise<readonly Outcome[]> {
    return Promise.all(this.enqueue(roomId, ops))
  }

  private enqueue(roomId: RoomId, ops: readonly Op[]): readonly Promise<Outcome>[] {
    if (ops.length === 0) return []
    const queue = this.rooms.get(roomId)
    const sized = ops.map((op) => ({ op, bytes: sizeOf(op) }))
    const bytes = sized.reduce((sum, one) => sum + one.bytes, 0)
    if (this.isFull(queue, ops.length, bytes))
      return ops.map((_, index) => Promise.resolve(index === 0 ? OVERLOADED : NOT_ATTEMPTED))
    this.ops += ops.length
    this.bytes += bytes
    if (queue) return queue.add(sized)
    const fresh = new RoomQueue()
    this.rooms.set(roomId, fresh)
    // A microtask later, so that all ops of this tick go into the first batch.
    queueMicrotask(() => void this.drain(roomId, fresh))
    return fresh.add(sized)
  }

  private isFull(queue: RoomQueue | undefined, ops: number, bytes: number): boolean {
    const { limits } = this
    return (
      this.ops + ops > limits.waiting ||
      this.bytes + bytes > limits.bytes ||
      (queue?.length ?? 0) + ops > limits.roomWaiting ||
      (queue?.bytes ?? 0) + bytes > limits.roomBytes
    )
  }

  depth(): number {
    return this.ops
  }

  drained(): Promise<void> {
    if (this.ops === 0) return Promise.resolve()
    return new Promise((resolve) => this.onDrained.push(resolve))
  }

  private async drain(roomId: RoomId, queue: RoomQueue): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.take(this.limits.batchOps)
      const startedAt = this.options.now()
      const outcomes = await this.commit(
        roomId,
        batch.map(({ op }) => op),
      )
      const ms = this.options.now() - startedAt
      batch.forEach((waiting, index) => {
        this.ops--
        this.bytes -= waiting.bytes
        waiting.answer(outcomes[index] ?? refuse('INTERNAL'))
      })
      const dropped = queue.dropFailed(NOT_ATTEMPTED)
      this.ops -= dropped.ops
      this.bytes -= dropped.bytes
      if (this.ops === 0) for (const resolve of this.onDrained.splice(0)) resolve()
      await delayBatch(queue, { ops: batch.length, ms }, this.options.setTimer)
    }
    this.rooms.delete(roomId)
  }

  /** Never rejects: the next batch must always have its turn. */
  private async commit(roomId: RoomId, ops: readonly Op[]): Promise<readonly Outcome[]> {
    const { store, now, onCommit, onError } = this.options
    const startedAt = now()
    let plan: Plan
    let previous: Head = NO_HEAD
    try {
      plan = await store.commit(roomId, needOf(ops), (facts) => {
        previous = facts.room ? { rev: facts.room.rev, lastSeq: facts.room.lastSeq } : NO_HEAD
        return decide(facts, ops, this.options.kinds)
      })
    } catch (error) {
      const code = error instanceof StoreError ? error.code : 'INVALID_PAYLOAD'
      if (retryOf(code) === 'never' && ops.length > 1) return this.commitHalves(roomId, ops)
      onError(error, roomId)
      return ops.map(() => refuse(code))
    }
    const ms = now() - startedAt
    this.notify(roomId, () => onCommit?.({ roomId, ops: ops.length, ms }))
    // Before the acks, so that an author who reads the room after the ack finds it broadcast.
    if (plan.changes.length > 0) {
      const { head, changes } = plan
      this.notify(roomId, () => this.options.publish({ roomId, previous, head, changes }))
    }
    return plan.outcomes
  }

  /**
   * An op that the database refuses, or that makes a rule throw, must not fail its neighbours: it alone is refused,
   * permanently, after at most twice as many commits as it has neighbours.
   */
  private async commitHalves(roomId: RoomId, ops: readonly Op[]): Promise<readonly Outcome[]> {
    const middle = Math.ceil(ops.length / 2)
    const first = await this.commit(roomId, ops.slice(0, middle))
    // The store became unavailable in between: later ops must not overtake those that are sent again (I9).
    const away = first.find((outcome) => !outcome.ok && retryOf(outcome.code) !== 'never')
    const rest = ops.slice(middle)
    return [...first, ...(away ? rest.map(() => away) : await this.commit(roomId, rest))]
  }

  /** It is committed: a listener that throws does not change the author's answer; subscribers catch up by the head. */
  private notify(roomId: RoomId, listener: () => void): void {
    try {
      listener()
    } catch (error) {
      this.options.onError(error, roomId)
    }
  }
}

const OVERLOADED: Refusal = refuse('OVERLOADED', { retryAfterMs: OVERLOADED_RETRY_MS })
const NOT_ATTEMPTED: Refusal = refuse('NOT_ATTEMPTED')
const NO_HEAD: Head = { rev: 0, lastSeq: 0 }
