/**
 * One thing at a time for each key, in the order of the calls. What waits holds no session: a lock in the database would let
 * one user's requests keep all of them busy.
 */
export class Lanes {
  readonly #ends = new Map<string, Promise<unknown>>()

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#ends.get(key)
    const mine = before ? before.then(work) : work()
    const end = mine.catch(() => {})
    this.#ends.set(key, end)
    try {
      return await mine
    } finally {
      if (this.#ends.get(key) === end) this.#ends.delete(key)
    }
  }
}
