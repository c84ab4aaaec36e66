import type { Clock } from '../ports/clock'

/**
 * Runs the runners after every batch, and again when the earliest of the times that they name has come: one timer for
 * all there is. State is the to-do list, so a run too many does nothing. `wake` runs it as a batch.
 */
export function createPump(clock: Clock, runners: readonly ((now: number) => number)[], wake: () => void) {
  let cancel = (): void => {}
  let dueAt = Number.POSITIVE_INFINITY
  let running = false
  let closed = false

  const run = (): void => {
    // A runner's own dispatch comes back here: the loop below takes it up.
    if (running || closed) return
    running = true
    try {
      const now = clock.now()
      plan(now, Math.min(...runners.map((runner) => runner(now))))
    } finally {
      running = false
    }
  }

  const plan = (now: number, next: number): void => {
    if (next === dueAt) return
    cancel()
    dueAt = next
    if (!Number.isFinite(next)) return
    cancel = clock.setTimer(Math.max(0, next - now), () => {
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
