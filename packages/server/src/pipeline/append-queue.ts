import { type Head, type RoomId, retryOf } from '@roomful/protocol'
import { decide } from '../core/decide'
import { needOf } from '../core/need'
import type { Op, Outcome, Plan, Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { Clock } from '../ports/clock'
import { type Store, StoreError } from '../stores/port'
import { gather } from './gather'
import type { Pipeline, Publish } from './port'
import { RoomQueue } from './room-queue'

/** One transaction's ops: past this a commit takes long enough to delay whoever came first. */
const BATCH_OPS = 200
/** A room's waiting ops: 25 full batches, a second or two of a healthy database. */
const ROOM_WAITING_OPS = 5_000
/** All rooms' waiting ops: some 100 MB where each carries the longest content. */
const WAITING_OPS = 50_000
/** When OVERLOADED: long enough for a full room queue to drain. */
const OVERLOADED_RETRY_MS = 1_000

export type AppendQueueOptions = {
  readonly store: Pick<Store, 'commit'>
  readonly publish: Publish
  /** A clock in milliseconds, to measure commits with. */
  readonly now: () => number
  readonly setTimer: Clock['setTimer']
  /** What went wrong beside the outcomes: a failed commit, a publisher that threw. For the log. */
  readonly onError: (error: unknown, roomId: RoomId) => void
  readonly onCommit?: (commit: { roomId: RoomId; ops: number; ms: number }) => void
  readonly limits?: { readonly batchOps?: number; readonly roomWaiting?: number; readonly waiting?: number }
}

/**
 * One queue a room, drained in batches. What arrives while a commit is under way is the next batch, so a busy room
 * pays for few commits and a quiet one waits for nobody. Rooms go on side by side.
 *
 *   waiting ── take ──▶ committing ── publish ──▶ answered        (I3: batches leave in the order of their commits)
 *      ▲                    ├── store away ──▶ answered with its code, nothing published
 *      │                    └── rows refused ──▶ halved, until the op that is refused is alone
 *      └── gather, after a batch of several
 */
export class AppendQueue implements Pipeline {
  private readonly rooms = new Map<RoomId, RoomQueue>()
  private readonly onDrained: (() => void)[] = []
  private readonly batchOps: number
  private readonly roomWaiting: number
  private readonly waiting: number
  private ops = 0

  constructor(private readonly options: AppendQueueOptions) {
    this.batchOps = options.limits?.batchOps ?? BATCH_OPS
    this.roomWaiting = options.limits?.roomWaiting ?? ROOM_WAITING_OPS
    this.waiting = options.limits?.waiting ?? WAITING_OPS
  }

  async submit(roomId: RoomId, op: Op): Promise<Outcome> {
    const [outcome] = await this.submitAll(roomId, [op])
    return outcome ?? refuse('INTERNAL')
  }

  async submitAll(roomId: RoomId, ops: readonly Op[]): Promise<readonly Outcome[]> {
    if (ops.length === 0) return []
    const queue = this.rooms.get(roomId)
    const isFull =
      this.ops + ops.length > this.waiting || (queue?.length ?? 0) + ops.length > this.roomWaiting
    if (isFull) return ops.map((_, index) => (index === 0 ? OVERLOADED : NOT_ATTEMPTED))
    this.ops += ops.length
    if (queue) return queue.add(ops)
    const fresh = new RoomQueue()
    this.rooms.set(roomId, fresh)
    // A microtask later, so that what the same tick brings goes into the first batch.
    queueMicrotask(() => void this.drain(roomId, fresh))
    return fresh.add(ops)
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
      const batch = queue.take(this.batchOps)
      const startedAt = this.options.now()
      const outcomes = await this.commit(
        roomId,
        batch.map(({ op }) => op),
      )
      const ms = this.options.now() - startedAt
      batch.forEach((waiting, index) => {
        this.ops--
        waiting.answer(outcomes[index] ?? refuse('INTERNAL'))
      })
      this.ops -= queue.dropFailed(NOT_ATTEMPTED)
      if (this.ops === 0) for (const resolve of this.onDrained.splice(0)) resolve()
      await gather(queue, { ops: batch.length, ms }, this.options.setTimer)
    }
    this.rooms.delete(roomId)
  }

  /** Never rejects: whatever happens, the next batch must have its turn. */
  private async commit(roomId: RoomId, ops: readonly Op[]): Promise<readonly Outcome[]> {
    const { store, now, onCommit, onError } = this.options
    const startedAt = now()
    let plan: Plan
    let previous: Head = NO_HEAD
    try {
      plan = await store.commit(roomId, needOf(ops), (facts) => {
        previous = facts.room ? { rev: facts.room.rev, lastSeq: facts.room.lastSeq } : NO_HEAD
        return decide(facts, ops)
      })
    } catch (error) {
      const code = error instanceof StoreError ? error.code : 'INVALID_PAYLOAD'
      if (retryOf(code) === 'never' && ops.length > 1) return this.commitHalves(roomId, ops)
      onError(error, roomId)
      return ops.map(() => refuse(code))
    }
    const ms = now() - startedAt
    this.tell(roomId, () => onCommit?.({ roomId, ops: ops.length, ms }))
    // Before the acks, so that an author who reads the room after his ack finds the others told as well.
    if (plan.changes.length > 0) {
      const { head, changes } = plan
      this.tell(roomId, () => this.options.publish({ roomId, previous, head, changes }))
    }
    return plan.outcomes
  }

  /**
   * One op that the database refuses, or that makes a rule throw, must not take those beside it along: it alone is
   * refused, for good, after at most twice as many commits as it has neighbours.
   */
  private async commitHalves(roomId: RoomId, ops: readonly Op[]): Promise<readonly Outcome[]> {
    const middle = Math.ceil(ops.length / 2)
    const first = await this.commit(roomId, ops.slice(0, middle))
    // The store went away in between: what comes later must not overtake what is sent again (I9).
    const away = first.find((outcome) => !outcome.ok && retryOf(outcome.code) !== 'never')
    const rest = ops.slice(middle)
    return [...first, ...(away ? rest.map(() => away) : await this.commit(roomId, rest))]
  }

  /** It is committed: whatever a listener does, the author must not be told otherwise; subscribers go by the head. */
  private tell(roomId: RoomId, listener: () => void): void {
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
