import type { Log } from './ports/log'

type Close = () => Promise<void> | void

/** What a start has opened so far. When a later step fails, all of it is closed, the last first. */
export class Opened {
  #closes: Close[] = []

  constructor(private readonly log: Log) {}

  add<T>(part: T, close: (part: T) => Promise<void> | void): T {
    this.#closes.push(() => close(part))
    return part
  }

  /** All is there: from now on it is closed by this alone, in its own order. */
  leaveTo(close: Close): void {
    this.#closes = [close]
  }

  /** Never rejects: one that cannot be closed keeps none of the others open, and does not hide why the start failed. */
  async close(): Promise<void> {
    for (const close of this.#closes.splice(0).reverse()) {
      try {
        await close()
      } catch (error) {
        this.log.error({ err: error }, 'a part of a server that did not start could not be closed')
      }
    }
  }
}
