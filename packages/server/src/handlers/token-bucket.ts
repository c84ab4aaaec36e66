import type { Clock } from '../ports/clock'

/** A rate: `perSecond` on the long run, `burst` at once. `perSecond` 0: no limit. */
export type Rate = { readonly perSecond: number; readonly burst: number }

/**
 * Counts in fractions of a token, by the clock it is given. A fixed window (what limiter libraries keep in memory)
 * would let twice the burst through at its seam, and reads the system's time by itself.
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

  /** Takes as many of `count` tokens as there are, whole ones only, and answers how many that is. */
  take(count: number): number {
    if (this.rate.perSecond === 0) return count
    this.#refill()
    const taken = Math.min(count, Math.floor(this.#tokens))
    this.#tokens -= taken
    return taken
  }

  /** Takes `count` tokens, there or not: what is done is paid for, if later. A negative count gives back. */
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

  /** Until the next whole token. */
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
    // A clock that was set back gives nothing, and takes nothing.
    const passedMs = Math.max(0, now - this.#at)
    this.#at = now
    this.#tokens = Math.min(this.rate.burst, this.#tokens + (passedMs * this.rate.perSecond) / 1000)
  }
}
