import type { Clock } from '../ports/clock'

/** The longest a user waits for an app's own function. */
export const APP_TIMEOUT_MS = 5_000

/** The answer of an app's function. Rejects if it throws, or takes longer than 5 s. */
export async function withinTime<T>(clock: Clock, name: string, ask: () => T | Promise<T>): Promise<T> {
  let cancel = (): void => {}
  const timeout = new Promise<never>((_, reject) => {
    cancel = clock.setTimer(APP_TIMEOUT_MS, () => reject(new Error(`${name} took too long`)))
  })
  try {
    return await Promise.race([ask(), timeout])
  } finally {
    cancel()
  }
}
