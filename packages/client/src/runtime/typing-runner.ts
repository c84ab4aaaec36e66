import { nextTypingEnd } from '../core/room/next-room-step'
import { createAgenda } from './agenda'
import type { Cells } from './cells'
import type { Runner } from './runner'

/** Ends typing signals whose time is over. */
export function createTypingRunner(cells: Cells): Runner<'tick'> {
  const agenda = createAgenda<'tick'>()
  return {
    rooms: {
      agenda,
      tasksOf: (core, now) => {
        const end = nextTypingEnd(core)
        return end <= now ? { tasks: ['tick'], until: Number.POSITIVE_INFINITY } : { tasks: [], until: end }
      },
    },
    step: (now) => {
      for (const id of agenda.of('tick')) cells.dispatch(id, { type: 'tick', now })
      return Number.POSITIVE_INFINITY
    },
  }
}
