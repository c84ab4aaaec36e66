import type { UserId } from '@roomful/protocol'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import { Rates } from '../handlers/rates'
import type { Clock } from '../ports/clock'

/** Who asks, and the end of their request: who has gone waits for nothing. */
export type Asker = { readonly userId: UserId; readonly signal?: AbortSignal | undefined }

/** The request ended before its turn came. */
export class Gone extends Error {
  override readonly name = 'Gone'
}

export function ignoreGone(error: unknown): undefined {
  if (!(error instanceof Gone)) throw error
}

/** Work that is done once, for all who ask for it. */
export type PictureJob<T> = {
  /** A refusal: too many wait. Rejects with `Gone`, or as the work does. */
  ask(asker: Asker): Promise<T | Refusal>
  /** Nobody waits for it any more, and it has not begun. */
  readonly isForsaken: boolean
}

/** Waiting of one user: two pages of fifty pictures that have no thumbnails yet. They hold up only that user. */
const OF_USER = 100
/** Waiting in all: those of ten users who have as many as they may. */
const IN_ALL = 1_000
const RETRY_MS = 5_000
/** A quarter of the time, and some small pictures at once. Who has had more waits for those who had not. */
const SHARE_MS = { perSecond: 250, burst: 5_000 }

type Waiting = { readonly users: Set<UserId>; hasBegun: boolean; run(): Promise<unknown> }

/**
 * Work on pictures, one at a time for its memory: user by user, however much one of them asks for. A slow picture takes
 * as long as a hundred others, so who took much time is passed over while others wait.
 */
export class PictureTurns {
  /** Users in the order of their turns, each with what they wait for. */
  readonly #queues = new Map<UserId, Waiting[]>()
  readonly #shares: Rates<UserId>
  /** Each once, however many ask for it. */
  #waiting = 0
  #isBusy = false

  constructor(private readonly clock: Clock) {
    this.#shares = new Rates(SHARE_MS, clock)
  }

  job<T>(work: () => Promise<T>): PictureJob<T> {
    let begin = (_: Promise<T>): void => {}
    const done = new Promise<T>((resolve) => {
      begin = resolve
    })
    let askers = 0
    const waiting: Waiting = {
      users: new Set(),
      hasBegun: false,
      run: () => {
        const result = work()
        begin(result)
        return result
      },
    }
    const leave = (): void => {
      askers--
      if (askers === 0 && !waiting.hasBegun) this.#remove(waiting)
    }
    return {
      get isForsaken() {
        return askers === 0 && !waiting.hasBegun
      },
      ask: async ({ userId, signal }) => {
        if (signal?.aborted) throw new Gone()
        const refusal = this.#add(waiting, userId)
        // What waits in another's name is waited for all the same.
        if (refusal && askers === 0) return refusal
        askers++
        return untilGone(done, signal, () => !waiting.hasBegun).finally(leave)
      },
    }
  }

  /** Asked for by several users, it waits in the queue of each: the first of them to have a turn does it for all. */
  #add(waiting: Waiting, userId: UserId): Refusal | undefined {
    if (waiting.hasBegun || waiting.users.has(userId)) return undefined
    const queue = this.#queues.get(userId) ?? []
    if (queue.length >= OF_USER) return refuse('RATE_LIMITED', { limit: OF_USER, retryAfterMs: RETRY_MS })
    const isNew = waiting.users.size === 0
    if (isNew && this.#waiting >= IN_ALL) return refuse('OVERLOADED', { retryAfterMs: RETRY_MS })
    queue.push(waiting)
    this.#queues.set(userId, queue)
    waiting.users.add(userId)
    if (isNew) this.#waiting++
    this.#next()
    return undefined
  }

  #remove(waiting: Waiting): void {
    for (const userId of waiting.users) {
      const left = this.#queues.get(userId)?.filter((one) => one !== waiting) ?? []
      if (left.length > 0) this.#queues.set(userId, left)
      else this.#queues.delete(userId)
    }
    if (waiting.users.size > 0) this.#waiting--
    waiting.users.clear()
  }

  #next(): void {
    const [userId, [waiting] = []] = this.#isBusy ? [] : (this.#nextQueue() ?? [])
    if (userId === undefined || !waiting) return
    this.#isBusy = true
    waiting.hasBegun = true
    this.#remove(waiting)
    const left = this.#queues.get(userId)
    if (left) {
      this.#queues.delete(userId)
      this.#queues.set(userId, left)
    }
    void this.#run(waiting, userId)
  }

  #nextQueue(): [UserId, Waiting[]] | undefined {
    for (const queue of this.#queues) if (!this.#shares.of(queue[0]).isSpent) return queue
    const [first] = this.#queues
    return first
  }

  async #run(waiting: Waiting, userId: UserId): Promise<void> {
    const begunAt = this.clock.now()
    // Those who wait for it get its failure.
    await waiting.run().catch(() => {})
    this.#shares.of(userId).spend(Math.max(0, this.clock.now() - begunAt))
    this.#isBusy = false
    this.#next()
  }
}

/** What has begun is waited for: it is paid for, and kept. */
function untilGone<T>(done: Promise<T>, signal: AbortSignal | undefined, mayGo: () => boolean): Promise<T> {
  if (!signal) return done
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      if (mayGo()) reject(new Gone())
    }
    signal.addEventListener('abort', abort)
    done.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
