import { nextTypingEnd } from '../core/room/next-room-step'
import type { Cells } from './cells'

/** Ends typing signals whose time is over. */
export function createTypingRunner(cells: Cells): (now: number) => number {
  return (now) => {
    let due = Number.POSITIVE_INFINITY
    for (const { core } of cells.all()) {
      if (nextTypingEnd(core) <= now) cells.dispatch(core.id, { type: 'tick', now })
      due = Math.min(due, nextTypingEnd(cells.room(core.id).core))
    }
    return due
  }
}
