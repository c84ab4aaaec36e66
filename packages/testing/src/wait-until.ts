import { setTimeout as delay } from 'node:timers/promises'

/** How often a condition is looked at: often enough to be quick, seldom enough to leave the CPU to what is awaited. */
const POLL_MS = 10
const DEFAULT_TIMEOUT_MS = 15_000

/**
 * Waits for a condition instead of a time: answers its first value that is neither false nor undefined. Rejects with
 * what was awaited, and the last error of the condition, when it does not come in time.
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
