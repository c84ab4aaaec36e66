import { steadyNow } from './system-clock'

/** Left free for requests that leave by another way, and for clocks that differ. */
const BURST_PART = 0.5
/** A refusal for a rate may name an hour, which is one request's. All requests wait no longer than this. */
const LONGEST_HOLD_MS = 1_000

export type Pace = {
  /** Resolves when the next request may leave, in the order of the calls; false: the connection has ended. */
  turn(): Promise<boolean>
  /** The server has refused one for its rate: those behind it wait as well. */
  hold(ms: number): void
  end(): void
}

/**
 * Lets requests out no faster than the server takes them, so that an app which opens hundreds of rooms at once is not
 * refused, and closed for it. 0: there is no limit.
 */
export function createPace(perSecond: number, now: () => number = steadyNow): Pace {
  const stepMs = perSecond > 0 ? 1_000 / perSecond : 0
  const burstMs = 1_000 * BURST_PART
  let heldUntil = 0
  /** When everything that has left would have left, one step after the other. */
  let paidUntil = 0
  let ended = false
  let last = Promise.resolve()
  const waiting = new Set<() => void>()

  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer)
        waiting.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, ms)
      waiting.add(wake)
    })

  const next = async (): Promise<void> => {
    for (;;) {
      const at = now()
      const waitMs = Math.max(heldUntil - at, paidUntil - burstMs - at)
      if (waitMs <= 0 || ended) break
      await sleep(waitMs)
    }
    paidUntil = Math.max(paidUntil, now()) + stepMs
  }

  return {
    turn: async () => {
      last = last.then(next)
      await last
      return !ended
    },
    hold: (ms) => {
      heldUntil = Math.max(heldUntil, now() + Math.min(ms, LONGEST_HOLD_MS))
    },
    end: () => {
      ended = true
      for (const wake of waiting) wake()
    },
  }
}
