import type { Change, Head } from '@roomful/protocol'
import type { CommittedBatch } from '../pipeline/port'

/** So many that came out of turn are remembered, some seconds of the busiest room; more may be told twice. */
const AHEAD_MAX = 100_000

/** Which numbers of 1, 2, 3 … have come: all up to `upTo`, and some beyond. */
class Numbers {
  readonly #ahead = new Set<number>()
  #upTo: number

  constructor(upTo: number) {
    this.#upTo = upTo
  }

  get upTo(): number {
    return this.#upTo
  }

  get hasGap(): boolean {
    return this.#ahead.size > 0
  }

  /** False: it had come before. */
  add(number: number): boolean {
    if (number <= this.#upTo || this.#ahead.has(number)) return false
    if (number > this.#upTo + 1 && this.#ahead.size >= AHEAD_MAX) return true
    this.#ahead.add(number)
    while (this.#ahead.delete(this.#upTo + 1)) this.#upTo++
    return true
  }
}

/** The part of a batch that a room's subscribers have not been told yet. */
export type FreshBatch = CommittedBatch & {
  /** Revs of the changes that bring a message of which they knew nothing. */
  readonly created: ReadonlySet<number>
  /** Revs of rows that a later row of the same message has overtaken: of no use to who keeps no revs. */
  readonly overtaken: ReadonlySet<number>
}

/**
 * What one room's subscribers on this node have been told. Two nodes' batches may overtake each other on the bus, come
 * twice, or come after they were read from the database in their place: each change is told once all the same.
 */
export class Told {
  readonly #revs: Numbers
  readonly #seqs: Numbers
  /** The last rev told of each message, while an earlier rev of the room is missing. */
  readonly #rowRevs = new Map<number, number>()

  constructor({ rev, lastSeq }: Head) {
    this.#revs = new Numbers(rev)
    this.#seqs = new Numbers(lastSeq)
  }

  /** Up to here nothing is missing. */
  get head(): Head {
    return { rev: this.#revs.upTo, lastSeq: this.#seqs.upTo }
  }

  take(batch: CommittedBatch): FreshBatch {
    const changes = batch.changes.filter((change) => this.#isNews(change))
    const created = new Set<number>()
    const overtaken = new Set<number>()
    for (const change of changes) {
      if (change.kind !== 'message') continue
      const { seq } = change.message
      if (this.#seqs.add(seq)) created.add(change.rev)
      if ((this.#rowRevs.get(seq) ?? 0) > change.rev) overtaken.add(change.rev)
      else if (this.#rowRevs.size < AHEAD_MAX) this.#rowRevs.set(seq, change.rev)
    }
    if (!this.#revs.hasGap) this.#rowRevs.clear()
    return { ...batch, changes, created, overtaken }
  }

  #isNews(change: Change): boolean {
    if (change.kind !== 'skip') return this.#revs.add(change.rev)
    let isNews = false
    for (let rev = change.rev; rev < change.rev + change.count; rev++) isNews = this.#revs.add(rev) || isNews
    return isNews
  }
}
