import type { Clock } from '../ports/clock'

/** Requests within this time get the same answer: each check is a write, and any client may ask. */
const KEPT_MS = 1_000

/**
 * Whether this server is ready for requests. It is not while it stops, nor while its database cannot be written and
 * read, as with a full disk. The database is checked once a second at most.
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
