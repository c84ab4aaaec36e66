/**
 * Why the connection should be checked now: the device may have slept, or the network may be back. `jump`: by the
 * clock, nothing ran for a while.
 */
export type WakeReason = 'online' | 'visible' | 'pageshow' | 'resume' | 'focus' | 'jump'

/** The host's wake signs: a browser's events, nothing in Node. */
export interface Environment {
  /** Calls `listener` on each wake sign. Returns the function that stops it. */
  onWake(listener: (reason: WakeReason) => void): () => void
}
