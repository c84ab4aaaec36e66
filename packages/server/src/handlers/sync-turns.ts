import type { UserId } from '@roomful/protocol'

/** Syncs of one user that may wait: each of their devices may have one, and one that it did not know to be too late. */
const WAITING_MAX = 40

type Lane = { readonly last: Promise<unknown>; readonly length: number }

/**
 * One sync a user at a time, in the order in which they came. A sync is the dearest read there is, and twenty devices
 * that come back at once, or ask again and again, take turns instead of taking the server.
 */
export class SyncTurns {
  readonly #lanes = new Map<UserId, Lane>()

  /** Undefined: more of them wait than may. */
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
