import type { RunClock } from '../platform/steady-clock'

/** The device's two clocks differ by no more than this, unless it has slept or one of them was set. */
const SAME_PACE_MS = 60_000

/** The server's time, as far as it is known here. It advances while the device sleeps, and between two runs. */
export type ServerTime = {
  /** The server has sent its time. */
  learn(serverTime: string | null): void
  /** By how much it is ahead of this run's clock, as of the last connect; null: not known. */
  aheadMs(): number | null
  /** The server's time; null if it is not certain: the device may have slept since the last connect. */
  now(): number | null
}

export function createServerTime(clock: RunClock): ServerTime {
  let aheadMs: number | null = null
  let wallAheadMs = 0
  const wallAhead = (): number => clock.wall() - clock.now()
  return {
    learn: (serverTime) => {
      const at = Date.parse(serverTime ?? '')
      if (Number.isNaN(at)) return
      aheadMs = at - clock.now()
      wallAheadMs = wallAhead()
    },
    aheadMs: () => aheadMs,
    now: () => {
      const isSure = Math.abs(wallAhead() - wallAheadMs) < SAME_PACE_MS
      return aheadMs !== null && isSure ? clock.now() + aheadMs : null
    },
  }
}
