import type { RunClock } from '../platform/steady-clock'

export type OutboxSequence = {
  next(): number
  /** There is an entry at this place, on the disk or of another tab: new entries come after it. */
  atLeast(order: number): void
  /** The last of those places. */
  floor(): number
}

/**
 * Places in the outbox: ordinals that rise, also after a reload, and past everything that the last run left (I9). They
 * start at the time of day, so that entries of two tabs sort by creation time while the device's clock is right;
 * otherwise each is one more than the last. Only the order is read from them.
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
