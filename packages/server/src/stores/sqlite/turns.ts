/** So long reads may go on before everything else has its turn: a person does not notice it, nor does a health check. */
const SLICE_MS = 5

/**
 * SQLite answers on this very thread, and an answer that is there at once is a microtask: a read of many steps, or many
 * reads of one step, would be one stretch in which no socket is read and no timer runs. So all readers share a slice of
 * each turn of the event loop, and when it is used up the next step waits for the next turn.
 */
export class Turns {
  #begunAt: number | undefined
  #next: Promise<void> | undefined

  /** `now`: a clock in milliseconds, from any beginning. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Before each step. A promise to wait for, or undefined: there is time left. */
  pause(): Promise<void> | undefined {
    if (this.#begunAt === undefined) {
      this.#begunAt = this.now()
      this.#next = new Promise((resolve) =>
        setImmediate(() => {
          this.#begunAt = undefined
          resolve()
        }),
      )
      return undefined
    }
    return this.now() - this.#begunAt < SLICE_MS ? undefined : this.#next
  }
}
