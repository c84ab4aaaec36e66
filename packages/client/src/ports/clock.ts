/** Time as an input. The only source of it in the client. */
export interface Clock {
  /** Milliseconds since the epoch. May jump, forwards and back: never take a difference for a duration's proof. */
  now(): number
  /** Calls `fn` once, no earlier than `ms` from now. Returns the function that cancels it; cancelling twice is fine. */
  setTimer(ms: number, fn: () => void): () => void
}
