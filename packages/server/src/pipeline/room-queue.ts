import { retryOf } from '@roomful/protocol'
import type { Op, Outcome } from '../core/ops'

/** An op in the queue, its approximate size in bytes, and its callback. */
export type Waiting = {
  readonly op: Op
  readonly bytes: number
  readonly answer: (outcome: Outcome) => void
}

/** Ops that were submitted together, in order. `failed`: one was refused and may be retried, so the rest must wait. */
type Group = { readonly waiting: Waiting[]; failed: boolean }

/** The waiting ops of one room, oldest first. */
export class RoomQueue {
  private groups: Group[] = []
  private count = 0
  private size = 0
  private awaited: { readonly length: number; readonly reached: () => void } | undefined

  /** Waiting ops, without those in the batch under way. */
  get length(): number {
    return this.count
  }

  /** Approximate memory that they take. */
  get bytes(): number {
    return this.size
  }

  /** Ops that belong together, each with its approximate size in bytes: the outcomes of all. */
  add(ops: readonly Pick<Waiting, 'op' | 'bytes'>[]): readonly Promise<Outcome>[] {
    const group: Group = { waiting: [], failed: false }
    const outcomes = ops.map(
      ({ op, bytes }) =>
        new Promise<Outcome>((resolve) => {
          const answer = (outcome: Outcome): void => {
            if (!outcome.ok && retryOf(outcome.code) !== 'never') group.failed = true
            resolve(outcome)
          }
          this.size += bytes
          group.waiting.push({ op, bytes, answer })
        }),
    )
    this.groups.push(group)
    this.count += ops.length
    if (this.awaited && this.count >= this.awaited.length) {
      this.awaited.reached()
      this.awaited = undefined
    }
    return outcomes
  }

  /** Calls back when this many wait. One callback at a time: a new one replaces the old one. */
  onLength(length: number, reached: () => void): void {
    this.awaited = { length, reached }
  }

  /** The next batch. A group is split only if it alone is longer than a batch. */
  take(most: number): Waiting[] {
    const batch: Waiting[] = []
    let whole = 0
    for (const { waiting } of this.groups) {
      if (batch.length > 0 && batch.length + waiting.length > most) break
      batch.push(...waiting.splice(0, most))
      if (waiting.length > 0) break
      whole++
    }
    this.groups.splice(0, whole)
    this.count -= batch.length
    for (const { bytes } of batch) this.size -= bytes
    return batch
  }

  /** Answers the rest of failed groups, and returns how much that was. */
  dropFailed(outcome: Outcome): { readonly ops: number; readonly bytes: number } {
    const before = this.size
    let dropped = 0
    for (const group of this.groups) {
      if (!group.failed) continue
      for (const { answer, bytes } of group.waiting.splice(0)) {
        answer(outcome)
        this.size -= bytes
        dropped++
      }
    }
    if (dropped > 0) this.groups = this.groups.filter(({ waiting }) => waiting.length > 0)
    this.count -= dropped
    return { ops: dropped, bytes: before - this.size }
  }
}
