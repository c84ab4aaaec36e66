/** Runs the steps of one key in sequence; those of different keys run in parallel. */
export class OneAtATime<K> {
  readonly #last = new Map<K, Promise<unknown>>()

  run<T>(key: K, step: () => Promise<T>): Promise<T> {
    const mine = (this.#last.get(key) ?? Promise.resolve()).then(step)
    const ended = mine
      .catch(() => {})
      .then(() => {
        if (this.#last.get(key) === ended) this.#last.delete(key)
      })
    this.#last.set(key, ended)
    return mine
  }
}
