import type { Clock } from '../ports/clock'

/** A rate: `perSecond` in the long run, `burst` at once. `perSecond` 0: no limit. */
export type Rate = { readonly perSecond: number; readonly burst: number }

/**
 * Counts in fractions of a token, by the clock it is given. A fixed window (which limiter libraries keep in memory)
 * would let twice the burst through at its boundary, and would read the system's time.
 */
export class TokenBucket {
  #tokens: number
  #at: number

  constructor(
    private readonly rate: Rate,
    private readonly clock: Clock,
  ) {
    this.#tokens = rate.burst
    this.#at = clock.now()
  }

  /** Takes up to `count` whole tokens and returns how many. */
  take(count: number): number {
    if (this.rate.perSecond === 0) return count
    this.#refill()
    const taken = Math.min(count, Math.floor(this.#tokens))
    this.#tokens -= taken
    return taken
  }

  /** Takes `count` tokens, even below zero: work that is done is paid for, if later. A negative count gives back. */
  spend(count: number): void {
    if (this.rate.perSecond === 0) return
    this.#refill()
    this.#tokens = Math.min(this.rate.burst, this.#tokens - count)
  }

  /** Nothing is left, or more was spent than there was. */
  get isSpent(): boolean {
    if (this.rate.perSecond === 0) return false
    this.#refill()
    return this.#tokens < 1
  }

  /** Time until the next whole token. */
  get retryAfterMs(): number {
    this.#refill()
    return Math.max(0, Math.ceil(((1 - this.#tokens) * 1000) / this.rate.perSecond))
  }

  get isFull(): boolean {
    this.#refill()
    return this.#tokens >= this.rate.burst
  }

  #refill(): void {
    const now = this.clock.now()
    // A clock that was set back adds nothing and takes nothing.
    const passedMs = Math.max(0, now - this.#at)
    this.#at = now
    this.#tokens = Math.min(this.rate.burst, this.#tokens + (passedMs * this.rate.perSecond) / 1000)
  }
}
