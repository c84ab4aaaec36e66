/** Parsing per turn of the event loop, about as long as a frame of the largest size takes. */
const TURN_MS = 1

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
