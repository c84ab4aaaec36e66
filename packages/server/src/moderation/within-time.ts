import type { Clock } from '../ports/clock'

/** The longest a user waits for an app's own function. */
export const APP_TIMEOUT_MS = 5_000

/** The answer of an app's function. Rejects if it throws, or takes longer than `ms`, 5 s by default. */
export async function withinTime<T>(
  clock: Clock,
  name: string,
  ask: () => T | Promise<T>,
  ms = APP_TIMEOUT_MS,
): Promise<T> {
  let cancel = (): void => {}
  const timeout = new Promise<never>((_, reject) => {
    cancel = clock.setTimer(ms, () => reject(new Error(`${name} took too long`)))
  })
  try {
    return await Promise.race([ask(), timeout])
  } finally {
    cancel()
  }
}
