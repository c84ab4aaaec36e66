import type { Clock } from '../ports/clock'

/** The longest a user waits for an app's own function. */
export const APP_TIMEOUT_MS = 5_000

/** The app's function did not answer in time. */
export class TooSlow extends Error {
  override readonly name = 'TooSlow'
}

/** The answer of an app's function. Rejects with what it throws, or with TooSlow after `ms`, 5 s by default. */
export async function withinTime<T>(
  clock: Clock,
  name: string,
  ask: () => T | Promise<T>,
  ms = APP_TIMEOUT_MS,
): Promise<T> {
  let cancel = (): void => {}
  const timeout = new Promise<never>((_, reject) => {
    cancel = clock.setTimer(ms, () => reject(new TooSlow(`${name} took too long`)))
  })
  try {
    return await Promise.race([ask(), timeout])
  } finally {
    cancel()
  }
}
