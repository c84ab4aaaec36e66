import type { Clock } from '../ports/clock'
import { type Rate, TokenBucket } from './token-bucket'

/** Above this many keys, those with a full bucket are dropped. */
const SWEEP_ABOVE = 10_000

/** One rate for each key: a user over all of their devices on this node, or an address. */
export class Rates<K> {
  readonly #buckets = new Map<K, TokenBucket>()
  #sweepAt = SWEEP_ABOVE

  constructor(
    private readonly rate: Rate,
    private readonly clock: Clock,
  ) {}

  of(key: K): TokenBucket {
    const known = this.#buckets.get(key)
    if (known) return known
    if (this.#buckets.size >= this.#sweepAt) this.#sweep()
    const bucket = new TokenBucket(this.rate, this.clock)
    this.#buckets.set(key, bucket)
    return bucket
  }

  #sweep(): void {
    for (const [key, bucket] of this.#buckets) if (bucket.isFull) this.#buckets.delete(key)
    // Doubling keeps the cost of sweeping constant a key, however many are busy at once.
    this.#sweepAt = Math.max(SWEEP_ABOVE, this.#buckets.size * 2)
  }
}
