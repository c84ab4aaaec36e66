/** Time as an input. The only source of it in the client. */
export interface Clock {
  /** The device's time of day, in ms since the epoch. May be wrong, and may be set, forward and back, at any moment. */
  now(): number
  /**
   * Milliseconds since any moment, at an even pace, independent of the time of day. It may stand still while the device
   * sleeps. Without it a time of day that is set forward counts as time that has passed.
   */
  monotonic?(): number
  /** Calls `fn` once, no earlier than `ms` from now. Returns the function that cancels it; cancelling twice is fine. */
  setTimer(ms: number, fn: () => void): () => void
}

/** Milliseconds. A longer timer of the platform fires at once. */
export const TIMER_MOST_MS = 2 ** 31 - 1
