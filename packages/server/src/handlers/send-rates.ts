import type { UserId } from '@roomful/protocol'
import type { Clock } from '../ports/clock'
import { type Rate, TokenBucket } from './token-bucket'

/** Beyond so many users, those whose bucket is full again are forgotten. */
const SWEEP_ABOVE = 10_000

/** How fast each user may send, over all of his devices on this node. */
export class SendRates {
  readonly #buckets = new Map<UserId, TokenBucket>()
  #sweepAt = SWEEP_ABOVE

  constructor(
    private readonly rate: Rate,
    private readonly clock: Clock,
  ) {}

  of(userId: UserId): TokenBucket {
    const known = this.#buckets.get(userId)
    if (known) return known
    if (this.#buckets.size >= this.#sweepAt) this.#sweep()
    const bucket = new TokenBucket(this.rate, this.clock)
    this.#buckets.set(userId, bucket)
    return bucket
  }

  #sweep(): void {
    for (const [userId, bucket] of this.#buckets) if (bucket.isFull) this.#buckets.delete(userId)
    // Doubling keeps the cost of sweeping constant a user, however many are busy at once.
    this.#sweepAt = Math.max(SWEEP_ABOVE, this.#buckets.size * 2)
  }
}
