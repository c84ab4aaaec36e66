/** Chance as an input. */
export interface Ids {
  /** A new idempotency key: 8–64 of `A-Za-z0-9_-`, unique for ever. */
  clientId(): string
  /** Uniform in [0, 1): the jitter of back-offs. */
  random(): number
}
