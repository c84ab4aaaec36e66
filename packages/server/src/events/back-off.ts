const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
export const DAY_MS = 24 * HOUR

/** Waits after the first, second, … failed attempt; the last one stays. */
const WAITS_MS = [
  ...[2 * SECOND, 10 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE],
  ...[HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY_MS],
]
/** Rooms that failed together must not come back together. */
const JITTER = 0.2

/** How long a stream rests after so many failed attempts: a day at most. `random`: uniform in [0, 1). */
export function backOffMs(attempts: number, random: number, retryAfterMs = 0): number {
  const wait = WAITS_MS[Math.min(attempts, WAITS_MS.length) - 1] ?? 0
  const spread = wait * (1 - JITTER + 2 * JITTER * random)
  return Math.round(Math.min(Math.max(spread, retryAfterMs), DAY_MS))
}
