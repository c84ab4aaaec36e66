import type { UserId } from '@roomful/protocol'
import { CONNECTION_UNITS } from '../costs/prices'
import type { TokenBucket } from '../handlers/token-bucket'
import type { Clock } from '../ports/clock'

/** Less than the time that a socket has to connect. */
const WAIT_MAX_MS = 2_000

/**
 * Connections of a user whose budget or pace is used up wait for it, one after the other. A refusal at once would cost
 * more: a program that connects again after each one keeps the server busy with nothing but handshakes.
 */
export class ConnectionTurns {
  readonly #waiting = new Map<UserId, number>()

  constructor(
    private readonly clock: Clock,
    /** Connections of one user that may wait; any more are refused at once. */
    private readonly waitingMax: number,
  ) {}

  /** Charges a connection and resolves when it may be made; false: it would have to wait too long. */
  async take(userId: UserId, buckets: readonly TokenBucket[]): Promise<boolean> {
    const waitMs = Math.max(...buckets.map((bucket) => (bucket.isSpent ? bucket.retryAfterMs : 0)))
    const hasTurn = waitMs <= WAIT_MAX_MS
    const waiting = this.#waiting.get(userId) ?? 0
    if (waitMs > 0 && waiting >= this.waitingMax) return false
    // Charged before the wait, so that the next one waits longer.
    if (hasTurn) for (const bucket of buckets) bucket.spend(CONNECTION_UNITS)
    if (waitMs === 0) return true
    this.#waiting.set(userId, waiting + 1)
    await new Promise<void>((resolve) => {
      this.clock.setTimer(Math.min(waitMs, WAIT_MAX_MS), resolve)
    })
    this.#leave(userId)
    return hasTurn
  }

  #leave(userId: UserId): void {
    const left = (this.#waiting.get(userId) ?? 1) - 1
    if (left > 0) this.#waiting.set(userId, left)
    else this.#waiting.delete(userId)
  }
}
