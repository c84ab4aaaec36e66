import type { Clock } from './clock'
import type { RunClock } from './steady-clock'

export type HandClock = Clock &
  RunClock & {
    pass(ms: number): void
    timers(): number
    /** The time of day is set, forward or back; no time passes. */
    set(byMs: number): void
    /** Time passes in which the device does nothing and measures nothing. */
    sleep(ms: number): void
    /** The right time of day. */
    truth(): number
  }

/** A clock for tests that moves only by hand, timer by timer, in the order in which they are due. */
export function handClock(): HandClock {
  const timers = new Set<{ readonly at: number; readonly fn: () => void }>()
  let measured = 0
  let slept = 0
  let wrongBy = 0
  const now = (): number => measured + slept + wrongBy
  return {
    now,
    wall: now,
    monotonic: () => measured,
    truth: () => measured + slept,
    set: (byMs) => {
      wrongBy += byMs
    },
    sleep: (ms) => {
      slept += ms
    },
    timers: () => timers.size,
    setTimer: (ms, fn) => {
      const timer = { at: measured + ms, fn }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    pass: (ms) => {
      const end = measured + ms
      for (;;) {
        const [next] = [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)
        if (next === undefined) break
        timers.delete(next)
        measured = next.at
        next.fn()
      }
      measured = end
    },
  }
}
