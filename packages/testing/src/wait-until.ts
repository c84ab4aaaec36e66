/** Between two checks: a tenth of the time waited so far, which is quick and leaves the CPU to what is awaited. */
const POLL_MIN_MS = 10
const POLL_MAX_MS = 100
/** It ends a wait that never succeeds; on a busy machine a correct result may take its time. */
const DEFAULT_TIMEOUT_MS = 120_000

/**
 * Waits for a condition instead of a time: resolves with its first value that is neither false nor undefined. Rejects
 * with what was awaited, and the last error of the condition, after `timeoutMs` (default 120,000: a bound for what
 * never comes, not a measure of how fast it should).
 *
 * @example
 * await waitUntil('both messages', () => room.messages().length === 2)
 */
export async function waitUntil<T>(
  what: string,
  condition: () => T | false | undefined | Promise<T | false | undefined>,
  timeoutMs = DEFAULT_TIMEOUT_MS,
): Promise<T> {
  const begun = performance.now()
  const deadline = begun + timeoutMs
  let cause: unknown
  do {
    try {
      const value = await condition()
      if (value !== false && value !== undefined) return value
      cause = undefined
    } catch (error) {
      cause = error
    }
    const pause = Math.min(POLL_MAX_MS, Math.max(POLL_MIN_MS, (performance.now() - begun) / 10))
    await new Promise((resolve) => setTimeout(resolve, pause))
  } while (performance.now() < deadline)
  throw new Error(`Waited ${timeoutMs} ms in vain for ${what}`, cause === undefined ? {} : { cause })
}
