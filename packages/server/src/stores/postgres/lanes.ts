/**
 * Runs one call per key at a time, in order. A waiting call holds no connection: with a lock in the database, one
 * user's requests could keep all of them busy.
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
