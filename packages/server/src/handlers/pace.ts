import type { Clock } from '../ports/clock'
import type { Rate, TokenBucket } from './token-bucket'

/** The default budget is a twentieth of the process, so this is a tenth. */
const SHARE_OF_BUDGET = 2
/** At the default 1,000 units: about what opening an app takes. */
const BURST_SECONDS = 0.2

/**
 * How fast a user may use up their budget. A budget holds three seconds' worth: all of it at once would keep others
 * waiting for a quarter of a second.
 */
export const paceOf = ({ perSecond }: Rate): Rate => ({
  perSecond: perSecond * SHARE_OF_BUDGET,
  burst: perSecond * BURST_SECONDS,
})

/** Requests of a device that wait, above which nothing more is read from it. */
const READ_AHEAD = 2
/** Those that wait all the same were read before, or came by polling. */
const WAITING_MAX = 50

/** The requests of one device that wait for the pace of its user, in order of arrival. */
export class Pace {
  #last: Promise<void> | undefined
  #waiting = 0

  constructor(
    /** Shared by all of the user's devices. Not held: a full one is dropped, and the others would get a new one. */
    private readonly bucket: () => TokenBucket,
    private readonly clock: Clock,
  ) {}

  spend(units: number): void {
    this.bucket().spend(units)
  }

  get isAhead(): boolean {
    return this.#waiting >= READ_AHEAD
  }

  get isFull(): boolean {
    return this.#waiting >= WAITING_MAX
  }

  get retryAfterMs(): number {
    return this.bucket().retryAfterMs
  }

  /** Undefined: at once. */
  turn(): Promise<void> | undefined {
    if (this.#last === undefined && !this.bucket().isSpent) return undefined
    this.#waiting++
    const mine = (this.#last ?? Promise.resolve()).then(() => this.#wait())
    this.#last = mine
    void mine.then(() => {
      this.#waiting--
      if (this.#last === mine) this.#last = undefined
    })
    return mine
  }

  async #wait(): Promise<void> {
    while (this.bucket().isSpent)
      await new Promise<void>((resolve) => {
        this.clock.setTimer(this.bucket().retryAfterMs, resolve)
      })
  }
}
