import type { Clock } from '../ports/clock'

export type HandClock = Clock & { pass(ms: number): void; timers(): number }

/** A clock for tests that moves only when told to, timer by timer, in the order in which they are due. */
export function handClock(): HandClock {
  const timers = new Set<{ readonly at: number; readonly fn: () => void }>()
  let now = 0
  return {
    now: () => now,
    timers: () => timers.size,
    setTimer: (ms, fn) => {
      const timer = { at: now + ms, fn }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    pass: (ms) => {
      const end = now + ms
      for (;;) {
        const [next] = [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)
        if (next === undefined) break
        timers.delete(next)
        now = next.at
        next.fn()
      }
      now = end
    },
  }
}
