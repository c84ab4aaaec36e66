import type { RoomId, UserId } from '@roomful/protocol'

/** Of so many readers and rooms it is remembered; then the one that has not read for the longest time is forgotten. */
const KEPT = 20_000

/** Which reads this node has told the others: one that is said again is not told again. */
export class PublishedReads {
  readonly #seqs = new Map<string, number>()

  /** True: up to here it was not told before. It counts as told then. */
  take(userId: UserId, roomId: RoomId, seq: number): boolean {
    const key = `${userId} ${roomId}`
    const published = this.#seqs.get(key) ?? -1
    // A map keeps the order of insertion.
    this.#seqs.delete(key)
    this.#seqs.set(key, Math.max(published, seq))
    const [oldest] = this.#seqs.keys()
    if (this.#seqs.size > KEPT && oldest !== undefined) this.#seqs.delete(oldest)
    return seq > published
  }
}
