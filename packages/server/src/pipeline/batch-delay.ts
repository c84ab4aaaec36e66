import type { Clock } from '../ports/clock'
import type { RoomQueue } from './room-queue'

/** Never longer, however slow the database: a person does not notice it. */
const LONGEST_MS = 20
/** A batch that is through sooner costs less than waiting for a timer. */
const WORTH_MS = 1

/**
 * Lets a busy room's next batch gather. Its authors answer a commit with what they say next, and the first of it,
 * committed alone, would make all the others wait for a commit of their own. So the next batch waits until everybody
 * may be back: as many as were in the last one and as have come since, at most as long as the last one took to be
 * committed and told. A room where one speaks at a time waits for nothing.
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
