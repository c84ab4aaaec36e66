import type { RunClock } from './steady-clock'

/** A clock whose timers end with the chat: after `end` none is left, and none starts. */
export function scopedClock(clock: RunClock): RunClock & { end(): void } {
  const cancels = new Set<() => void>()
  let ended = false
  return {
    now: clock.now,
    wall: clock.wall,
    setTimer: (ms, fn) => {
      if (ended) return () => {}
      const cancelTimer = clock.setTimer(ms, () => {
        cancels.delete(cancel)
        fn()
      })
      const cancel = (): void => {
        cancels.delete(cancel)
        cancelTimer()
      }
      cancels.add(cancel)
      return cancel
    },
    end: () => {
      ended = true
      for (const cancel of [...cancels]) cancel()
    },
  }
}
