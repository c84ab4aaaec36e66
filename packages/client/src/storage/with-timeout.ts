import type { Clock } from '../platform/clock'
import { LocalStoreError } from './port'

/** The promise's outcome, or a rejection as `timeout` after this many ms. A late outcome goes to `onLate` only. */
export function withTimeout<T>(
  clock: Clock,
  ms: number,
  promise: Promise<T>,
  text: string,
  onLate?: (value: T) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let over = false
    const cancel = clock.setTimer(ms, () => {
      over = true
      reject(new LocalStoreError('timeout', text))
    })
    promise.then(
      (value) => {
        cancel()
        if (over) onLate?.(value)
        else resolve(value)
      },
      (error: unknown) => {
        cancel()
        // After the time is up this is a no-op: the promise is rejected already.
        reject(error)
      },
    )
  })
}
