/** Parsing per turn of the event loop. A frame of the largest size takes about 1 ms. */
const TURN_MS = 2

/** Parses the large frames of all connections one after the other, a few a turn, so that others are served between them. */
export class LargeFrames {
  readonly #waiting: (() => void)[] = []
  #isScheduled = false

  push(parse: () => void): void {
    this.#waiting.push(parse)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#isScheduled || this.#waiting.length === 0) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      const end = performance.now() + TURN_MS
      do this.#waiting.shift()?.()
      while (performance.now() < end && this.#waiting.length > 0)
      this.#schedule()
    })
  }
}
