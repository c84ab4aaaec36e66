/** The first wait; later ones double up to the cap. Small enough that a blip is not felt. */
const BACKOFF_BASE_MS = 500
/** Long enough that a dead server is not hammered, short enough that its return is noticed (P5 after 10 s of faults). */
const BACKOFF_CAP_MS = 30_000

/**
 * Full jitter: uniform in (0, base · 2^tries], so that ten thousand clients that lost one server do not return in one
 * instant. `random` is uniform in [0, 1); `tries` counts from 0.
 */
export function backoffMs(tries: number, random: number): number {
  const ceiling = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** Math.min(tries, 10))
  return Math.ceil(ceiling * (1 - random))
}
