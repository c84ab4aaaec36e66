/** Reads may run this long before other work has its turn. A message passes some four turns on its way to its readers. */
const SLICE_MS = 1

/**
 * SQLite answers on this thread, and an immediate answer is a microtask: a read of many steps, or many reads of one
 * step, would run without a break in which sockets are read and timers run. So all readers share a slice of each turn
 * of the event loop, and when it is used up the next step waits for the next turn.
 */
export class Turns {
  #begunAt: number | undefined
  #next: Promise<void> | undefined

  /** `now`: a clock in milliseconds, from an arbitrary start. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * Call it before each step. Returns a promise to wait for, or undefined: there is time left. After the wait it is called
   * again: of many who wait, some find the slice of the next turn used up as well.
   */
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
