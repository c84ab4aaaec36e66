import type { Change, Head } from '@roomful/protocol'
import type { CommittedBatch } from '../pipeline/port'

/** Out-of-order numbers that are remembered: some seconds of the busiest room. Beyond it a change may be delivered twice. */
const OUT_OF_ORDER_MAX = 100_000

/** Which numbers of 1, 2, 3 … were received: all up to `upTo`, and some beyond. */
class Numbers {
  readonly #outOfOrder = new Set<number>()
  #upTo: number

  constructor(upTo: number) {
    this.#upTo = upTo
  }

  get upTo(): number {
    return this.#upTo
  }

  get hasGap(): boolean {
    return this.#outOfOrder.size > 0
  }

  /** False: it was received before. */
  add(number: number): boolean {
    if (number <= this.#upTo || this.#outOfOrder.has(number)) return false
    if (number === this.#upTo + 1 && this.#outOfOrder.size === 0) {
      this.#upTo++
      return true
    }
    if (number > this.#upTo + 1 && this.#outOfOrder.size >= OUT_OF_ORDER_MAX) return true
    this.#outOfOrder.add(number)
    while (this.#outOfOrder.delete(this.#upTo + 1)) this.#upTo++
    return true
  }
}

/** The part of a batch that a room's subscribers have not received yet. */
export type UndeliveredBatch = CommittedBatch & {
  /** Revs of the changes whose message is new to them. */
  readonly created: ReadonlySet<number>
  /** Revs of rows that a later row of the same message has overtaken: useless to protocol 1, which keeps no revs. */
  readonly overtaken: ReadonlySet<number>
}

/**
 * What was delivered to one room's subscribers on this node. Two nodes' batches may overtake each other on the bus,
 * arrive twice, or arrive after the same changes were read from the database: each change is delivered once.
 */
export class DeliveredChanges {
  readonly #revs: Numbers
  readonly #seqs: Numbers
  /** The last rev delivered of each message, while an earlier rev of the room is missing. */
  readonly #rowRevs = new Map<number, number>()

  constructor({ rev, lastSeq }: Head) {
    this.#revs = new Numbers(rev)
    this.#seqs = new Numbers(lastSeq)
  }

  /** Everything up to here was delivered. */
  get head(): Head {
    return { rev: this.#revs.upTo, lastSeq: this.#seqs.upTo }
  }

  take(batch: CommittedBatch): UndeliveredBatch {
    const changes = batch.changes.filter((change) => this.#isNew(change))
    const created = new Set<number>()
    const overtaken = new Set<number>()
    for (const change of changes) {
      if (change.kind !== 'message') continue
      const { seq } = change.message
      if (this.#seqs.add(seq)) created.add(change.rev)
      if ((this.#rowRevs.get(seq) ?? 0) > change.rev) overtaken.add(change.rev)
      else if (this.#rowRevs.size < OUT_OF_ORDER_MAX) this.#rowRevs.set(seq, change.rev)
    }
    if (!this.#revs.hasGap) this.#rowRevs.clear()
    return { ...batch, changes, created, overtaken }
  }

  #isNew(change: Change): boolean {
    if (change.kind !== 'skip') return this.#revs.add(change.rev)
    let isNew = false
    for (let rev = change.rev; rev < change.rev + change.count; rev++) isNew = this.#revs.add(rev) || isNew
    return isNew
  }
}
