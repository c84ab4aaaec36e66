import type { Clock } from './clock'

export const systemClock: Clock = {
  now: () => Date.now(),
  // Some hosts of scripts have no `performance`.
  monotonic: () => (typeof performance === 'undefined' ? Date.now() : performance.now()),
  setTimer: (ms, fn) => {
    const timer = setTimeout(fn, ms)
    return () => clearTimeout(timer)
  },
}
