/** What goes wrong. Shares are between 0 and 1, a chance for each frame. */
export type FaultKnobs = {
  /**
   * `offline`: the connection is gone, and none can be made. `half-open`: it looks up and carries nothing, either way, until
   * pings or requests without an answer show it.
   */
  readonly network: 'up' | 'offline' | 'half-open'
  /** Requests that do not arrive, answers that do not come back, changes that are not delivered. */
  readonly loss: number
  /** Sends that reach the server twice, and changes that are delivered twice. */
  readonly double: number
  /** Changes that later ones overtake. */
  readonly reorder: number
  /** Each way, in ms; half as much again at most. */
  readonly latencyMs: number
  /** The connection is cut about this often, in ms. 0: never. */
  readonly cutEveryMs: number
  /** `full`: what is written is refused, as a browser does whose quota is used up. */
  readonly disk: 'ok' | 'full'
}

export const CALM: FaultKnobs = {
  network: 'up',
  loss: 0,
  double: 0,
  reorder: 0,
  latencyMs: 0,
  cutEveryMs: 0,
  disk: 'ok',
}

/** How often each fault has struck. */
export type FaultCounts = {
  readonly lost: number
  readonly doubled: number
  readonly reordered: number
  readonly cuts: number
  readonly refusedWrites: number
}

export const NO_FAULTS: FaultCounts = { lost: 0, doubled: 0, reordered: 0, cuts: 0, refusedWrites: 0 }

/** Uniform in [0, 1), the same row for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
