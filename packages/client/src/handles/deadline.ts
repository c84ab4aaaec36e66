import type { Clock } from '../platform/clock'

/** A time limit that can be moved closer, and never further away. */
export function createDeadline(clock: () => Clock, onOver: () => void) {
  let at = Number.POSITIVE_INFINITY
  let cancel = (): void => {}

  const end = (): void => {
    at = Number.POSITIVE_INFINITY
    cancel()
  }
  const start = (ms: number): void => {
    end()
    at = clock().now() + ms
    cancel = clock().setTimer(ms, () => {
      end()
      onOver()
    })
  }

  return {
    start,
    end,
    /** Repeated signs of waking must not keep what hangs alive. Without a limit under way it does nothing. */
    shorten: (ms: number): void => {
      if (at !== Number.POSITIVE_INFINITY && clock().now() + ms < at) start(ms)
    },
  }
}
