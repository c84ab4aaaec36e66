import type { RunClock } from '../platform/steady-clock'

export type OutboxSequence = {
  next(): number
  /** There is an entry at this place, on the disk or of another tab: new entries come after it. */
  atLeast(order: number): void
  /** The last of those places. */
  floor(): number
}

/**
 * Places in the outbox: ordinals that rise, over a reload too, and past all that the last run left (I9). They begin at
 * the time of day, so that entries of two tabs sort by when they were made while the device's clock is right; when it
 * is not, each is one more than the last. Only the order is read from them.
 */
export function createOutboxSequence(clock: Pick<RunClock, 'wall'>): OutboxSequence {
  let last = 0
  let floor = 0
  return {
    next: () => {
      last = Math.max(last + 1, clock.wall())
      return last
    },
    atLeast: (order) => {
      floor = Math.max(floor, order)
      last = Math.max(last, order)
    },
    floor: () => floor,
  }
}
