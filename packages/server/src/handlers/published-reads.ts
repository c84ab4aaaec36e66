import type { RoomId, UserId } from '@roomful/protocol'

/** Reads, one per reader and room; beyond it, the one of the longest silent reader is dropped. */
const KEPT = 20_000

/** Which reads this node has broadcast: a repeated read is not broadcast again. */
export class PublishedReads {
  readonly #seqs = new Map<string, number>()

  /** True: this seq was not broadcast before. It counts as broadcast from now on. */
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
