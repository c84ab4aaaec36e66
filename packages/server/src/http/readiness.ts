import type { Clock } from '../ports/clock'

/** Whoever asks within it gets the same answer: each look is a write, and anybody may ask. */
const KEPT_MS = 1_000

/**
 * Is this server ready to take requests? It is not while it stops, and not while its database cannot be written to and read,
 * as on a disk that is full. The database is looked at once a second at most.
 */
export function readiness(deps: {
  readonly clock: Clock
  readonly isDraining: () => boolean
  /** Resolves when something was written and read. */
  readonly ping: () => Promise<void>
}): () => Promise<boolean> {
  let looking: Promise<boolean> | undefined
  let at = Number.NEGATIVE_INFINITY
  const look = (): Promise<boolean> => {
    const age = deps.clock.now() - at
    if (looking && age >= 0 && age < KEPT_MS) return looking
    at = deps.clock.now()
    looking = deps.ping().then(
      () => true,
      () => false,
    )
    return looking
  }
  return async () => !deps.isDraining() && (await look()) && !deps.isDraining()
}
