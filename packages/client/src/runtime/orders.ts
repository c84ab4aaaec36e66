import type { Clock } from '../ports/clock'

/** Places in the outbox: rising, also over a reload, and after whatever the last session left (I9). */
export function createOrders(clock: Clock): { next(): number; atLeast(order: number): void } {
  let last = 0
  return {
    next: () => {
      last = Math.max(last + 1, clock.now())
      return last
    },
    atLeast: (order) => {
      last = Math.max(last, order)
    },
  }
}
