import type { Clock } from '../ports/clock'
import { attempt } from './report'

/** A runner that threw is run again after this long at the latest: it may be about one room, and pass. */
const FAILED_MS = 5_000

/** A timer is set no further than this ahead: the platform's own ends at 24 days, and then fires at once. */
const LOOK_AHEAD_MS = 86_400_000

/**
 * Runs the runners after every batch, and again when the earliest of the times that they name has come: one timer for
 * all there is. State is the to-do list, so a run too many does nothing. `wake` runs it as a batch.
 */
export function createPump(
  clock: Clock,
  runners: readonly ((now: number) => number)[],
  wake: () => void,
  failed: (error: unknown) => void,
) {
  let cancel = (): void => {}
  let dueAt = Number.POSITIVE_INFINITY
  let running = false
  let closed = false

  const run = (): void => {
    if (running || closed) return
    running = true
    const now = clock.now()
    let next = Number.POSITIVE_INFINITY
    for (const runner of runners)
      attempt(
        () => {
          next = Math.min(next, runner(now))
        },
        (error) => {
          next = Math.min(next, now + FAILED_MS)
          failed(error)
        },
      )
    running = false
    plan(now, next)
  }

  const plan = (now: number, next: number): void => {
    if (next === dueAt) return
    cancel()
    dueAt = next
    if (!Number.isFinite(next)) return
    cancel = clock.setTimer(Math.min(Math.max(0, next - now), LOOK_AHEAD_MS), () => {
      dueAt = Number.POSITIVE_INFINITY
      wake()
    })
  }

  return {
    run,
    close: () => {
      closed = true
      cancel()
    },
  }
}
