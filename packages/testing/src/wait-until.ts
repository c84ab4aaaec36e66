import { setTimeout as delay } from 'node:timers/promises'

/** How often a condition is checked: often enough to be quick, seldom enough to leave the CPU to what is awaited. */
const POLL_MS = 10
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
  const deadline = performance.now() + timeoutMs
  let cause: unknown
  do {
    try {
      const value = await condition()
      if (value !== false && value !== undefined) return value
      cause = undefined
    } catch (error) {
      cause = error
    }
    await delay(POLL_MS)
  } while (performance.now() < deadline)
  throw new Error(`Waited ${timeoutMs} ms in vain for ${what}`, cause === undefined ? {} : { cause })
}
