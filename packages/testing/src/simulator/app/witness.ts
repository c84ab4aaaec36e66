import type { Program } from '../../world/program'

/**
 * A well-behaved listener beside others that are not: it keeps the last value it received. After an event and all its
 * consequences, `getState` returns that value, or the listener was not called (I21).
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

  /** What is wrong with the value it received. */
  get problem(): string | undefined {
    if (this.#problem !== undefined || this.#hasStopped) return this.#problem
    return this.#shown === this.read() ? undefined : 'was not called for what has changed'
  }

  get isOver(): boolean {
    return this.program.phase === 'dead'
  }
}
