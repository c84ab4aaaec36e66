import type { Clock } from './clock'

/** The clock of one run. `now` measures: what waits until a moment waits by it, and it means nothing to another run. */
export type RunClock = Omit<Clock, 'monotonic'> & {
  /** The device's time of day, right or wrong: to be shown, and to be compared with other runs of this device. */
  wall(): number
}

/**
 * Starts at the device's time of day and advances by the monotonic clock, so that a change of the time of day, by
 * seconds or by years, makes nothing early or late. Its time never goes back, even without a monotonic clock, and a
 * timer that fires proves how much time has passed, even if the monotonic clock stands still.
 */
export function steadyClock(clock: Clock): RunClock {
  const measured = (): number => clock.monotonic?.() ?? clock.now()
  // A time of day before 1970 would be one before all holds.
  let aheadMs = Math.max(0, clock.now()) - measured()
  let last = Number.NEGATIVE_INFINITY
  const now = (): number => {
    const read = measured() + aheadMs
    if (read < last) aheadMs += last - read
    else last = read
    return last
  }
  return {
    now,
    wall: () => clock.now(),
    setTimer: (ms, fn) => {
      const due = now() + ms
      // Timers count whole milliseconds.
      return clock.setTimer(Math.ceil(ms), () => {
        aheadMs += Math.max(0, due - now())
        fn()
      })
    },
  }
}
