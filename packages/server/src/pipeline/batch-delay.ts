import type { Clock } from '../ports/clock'
import type { RoomQueue } from './room-queue'

/** The upper bound, however slow the database: people do not notice it. */
const LONGEST_MS = 20
/** A faster batch costs less than a timer. */
const WORTH_MS = 1

/**
 * Delays a busy room's next batch. Authors answer a commit with their next message, and the first of these, committed
 * alone, would make all others wait for another commit. So the next batch waits until all authors may have answered:
 * for as many ops as were in the last batch and have arrived since, at most as long as the last batch took to commit
 * and broadcast. A room with one author at a time does not wait.
 */
export async function delayBatch(
  queue: RoomQueue,
  last: { readonly ops: number; readonly ms: number },
  setTimer: Clock['setTimer'],
): Promise<void> {
  const expectedOps = last.ops + queue.length
  if (expectedOps < 2 || last.ms < WORTH_MS) return
  await new Promise<void>((resolve) => {
    const cancel = setTimer(Math.min(last.ms, LONGEST_MS), resolve)
    queue.onLength(expectedOps, () => {
      cancel()
      resolve()
    })
  })
}
