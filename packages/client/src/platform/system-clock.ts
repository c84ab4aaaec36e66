import type { Clock } from './clock'

/** In ms. Some hosts of scripts have no `performance`. */
export const steadyNow = (): number => (typeof performance === 'undefined' ? Date.now() : performance.now())

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: steadyNow,
  setTimer: (ms, fn) => {
    const timer = setTimeout(fn, ms)
    return () => clearTimeout(timer)
  },
}

/** As `queueMicrotask`, which an older React Native does not have. */
export const soon: (run: () => void) => void =
  typeof queueMicrotask === 'function' ? queueMicrotask : (run) => void Promise.resolve().then(run)
