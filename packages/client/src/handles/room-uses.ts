import type { ChatStore } from '../engine/chat-store'
import type { RunClock } from '../platform/steady-clock'

/** Closed rooms whose rows stay in memory: going back and forth between a few costs nothing. */
const CLOSED_KEPT = 20

export type RoomUses = {
  /** The time of day, but never before another room's: one that was viewed under a wrong clock would be kept for ever. */
  next(): number
  /** The rows of the rooms that were left longest ago make room (I15). */
  forgetOldest(): void
}

/** Knows of each room when it was opened last, without a walk over all of them. */
export function createRoomUses(store: ChatStore, clock: RunClock): RoomUses {
  let last = 0
  /** Closed, with rows in memory. */
  const idle = new Set<string>()

  store.watch((_, { id, view, rows }) => {
    last = Math.max(last, view.usedAt)
    if (!view.opened && rows.tail !== null) idle.add(id)
    else idle.delete(id)
  })

  return {
    next: () => Math.max(last + 1, clock.wall()),
    forgetOldest: () => {
      const closed = [...idle].map((id) => store.room(id).model).sort((a, b) => b.view.usedAt - a.view.usedAt)
      for (const { id } of closed.slice(CLOSED_KEPT)) store.dispatch(id, { type: 'forgotten' })
    },
  }
}
