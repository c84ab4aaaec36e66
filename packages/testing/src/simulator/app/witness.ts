import type { Program } from '../../world/program'

/**
 * A listener that behaves well, beside others that do not: it keeps what it was shown last. When an event and all that
 * follows from it is over, that is what `getState` answers, or it was not called (I21).
 */
export class Witness {
  #shown: unknown
  readonly stop: () => void
  #hasStopped = false

  constructor(
    private readonly program: Program,
    readonly what: string,
    private readonly read: () => unknown,
    subscribe: (listener: () => void) => () => void,
  ) {
    this.#shown = read()
    const stop = subscribe(() => {
      program.ranClosed(`${what} is called`)
      this.#shown = read()
      if (this.#hasStopped) this.#problem = 'was called after it had stopped listening'
    })
    this.stop = () => {
      this.#hasStopped = true
      stop()
    }
  }

  #problem: string | undefined

  /** What is wrong with what it was shown. */
  get problem(): string | undefined {
    if (this.#problem !== undefined || this.#hasStopped) return this.#problem
    return this.#shown === this.read() ? undefined : 'was not called for what has changed'
  }

  get isOver(): boolean {
    return this.program.phase === 'dead'
  }
}
