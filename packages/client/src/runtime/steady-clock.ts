import type { Clock } from '../ports/clock'

/**
 * A clock that keeps its word when the device's own is set back: its time never goes back, and a timer that fires
 * proves how much has passed. Without it, what waits until a moment (a retry, a hold, a read cursor) would wait for as
 * long as the jump was.
 */
export function steadyClock(clock: Clock): Clock {
  let aheadMs = 0
  let last = Number.NEGATIVE_INFINITY
  const now = (): number => {
    const read = clock.now() + aheadMs
    if (read < last) aheadMs += last - read
    else last = read
    return last
  }
  return {
    now,
    setTimer: (ms, fn) => {
      const due = now() + ms
      return clock.setTimer(ms, () => {
        aheadMs += Math.max(0, due - now())
        fn()
      })
    },
  }
}
