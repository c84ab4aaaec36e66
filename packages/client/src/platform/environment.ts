/** Why the line should be looked at now: the device may have slept, or the network may be back. `jump`: the clock says that nothing ran for a while. */
export type WakeReason = 'online' | 'visible' | 'pageshow' | 'resume' | 'focus' | 'jump'

/** What the surroundings tell: a browser's events, nothing in Node. */
export interface Environment {
  /** Calls `listener` on each wake sign. Returns the function that stops it. */
  onWake(listener: (reason: WakeReason) => void): () => void
  /** False only when the surroundings are sure that there is no network. */
  isOnline(): boolean
}
