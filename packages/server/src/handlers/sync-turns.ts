import type { UserId } from '@roomful/protocol'

/** Syncs of one user that may wait: one per device, and one more for each that has already timed out. */
const WAITING_MAX = 40

type Lane = { readonly last: Promise<unknown>; readonly length: number }

/**
 * Runs one sync per user at a time, in order of arrival. A sync is the most expensive read, and twenty devices that
 * return at once, or ask again and again, take turns instead of overloading the server.
 */
export class SyncTurns {
  readonly #lanes = new Map<UserId, Lane>()

  /** Undefined: the queue is full. */
  run<T>(userId: UserId, sync: () => Promise<T>): Promise<T> | undefined {
    const { last, length } = this.#lanes.get(userId) ?? { last: Promise.resolve(), length: 0 }
    if (length > WAITING_MAX) return undefined
    const mine = last.then(sync)
    this.#lanes.set(userId, {
      last: mine.catch(() => {}).finally(() => this.#end(userId)),
      length: length + 1,
    })
    return mine
  }

  #end(userId: UserId): void {
    const lane = this.#lanes.get(userId)
    if (lane === undefined || lane.length === 1) this.#lanes.delete(userId)
    else this.#lanes.set(userId, { ...lane, length: lane.length - 1 })
  }
}
