/** Time as an input: the server's only source of it, so that a simulator can run the same code on virtual time. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /**
   * Calls `fn` once, no earlier than `ms` from now. Returns the function that cancels it, which may be called twice.
   */
  setTimer(ms: number, fn: () => void): () => void
}

/** Node's timers count in 32 bits and fire at once beyond it. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: Date.now,
  setTimer(ms, fn) {
    let timer: NodeJS.Timeout
    const arm = (left: number): void => {
      const step = Math.min(left, LONGEST_TIMER_MS)
      timer = setTimeout(() => (left > step ? arm(left - step) : fn()), step)
    }
    arm(Math.max(0, ms))
    return () => clearTimeout(timer)
  },
}

/** Calls `fn` every `ms` until stopped. */
export function every(clock: Clock, ms: number, fn: () => void): () => void {
  let cancel = clock.setTimer(ms, turn)
  function turn(): void {
    cancel = clock.setTimer(ms, turn)
    fn()
  }
  return () => cancel()
}
