import type { Clock } from '../platform/clock'
import type { ChatStore, RoomSlot } from './chat-store'
import { createDueIndex } from './due-index'
import { attempt } from './report'
import type { Runner } from './runner'

/** A runner that threw is run again after this long at the latest: it may be about one room, and pass. */
const FAILED_MS = 5_000

/** A timer is set no further than this ahead: the platform's own ends at 24 days, and then fires at once. */
const LOOK_AHEAD_MS = 86_400_000

/** A run of the pump, for tests: a check of all rooms must find the same work as the run. */
export type PumpRun = {
  readonly now: number
  rooms(): Iterable<RoomSlot>
  readonly runners: readonly Runner[]
  /** When the room is checked again, unless it changes before. */
  dueAt(roomId: string): number
}

/**
 * Runs the runners after every batch, and again when the earliest of the times that they name has come: one timer for
 * all there is. State is the to-do list, so a run too many does nothing. `wake` runs it as a batch.
 *
 * A run looks only at the rooms that have changed since the last one and at those whose time has come; all of them where
 * a runner's basis has changed. What each has to do stays on the runner's agenda until another look.
 */
export function createPump(options: {
  clock: Clock
  store: Pick<ChatStore, 'room' | 'all' | 'watch'>
  runners: readonly Runner[]
  wake: () => void
  failed: (error: unknown) => void
  inspect?: ((run: PumpRun) => void) | undefined
}) {
  const { clock, store, runners, failed } = options
  const changed = new Set<string>()
  const due = createDueIndex()
  const bases = new Map<Runner, unknown>()
  let cancel = (): void => {}
  let dueAt = Number.POSITIVE_INFINITY
  let running = false
  let closed = false

  store.watch((_, { id }) => changed.add(id))

  /** The agendas are right for all rooms after it. */
  const look = (now: number): void => {
    for (const runner of runners) {
      const basis = runner.rooms?.basis?.()
      if (bases.has(runner) && bases.get(runner) === basis) continue
      bases.set(runner, basis)
      for (const { model } of store.all()) changed.add(model.id)
    }
    for (const id of due.take(now)) changed.add(id)
    for (const id of changed) lookAt(id, now)
    changed.clear()
  }

  const lookAt = (id: string, now: number): void => {
    const { model } = store.room(id)
    let until = Number.POSITIVE_INFINITY
    for (const { rooms } of runners)
      attempt(
        () => {
          if (rooms === undefined) return
          const found = rooms.tasksOf(model, now)
          rooms.agenda.put(id, found.tasks)
          until = Math.min(until, found.until)
        },
        (error) => {
          until = Math.min(until, now + FAILED_MS)
          failed(error)
        },
      )
    due.set(id, until)
  }

  const run = (): void => {
    if (running || closed) return
    running = true
    const now = clock.now()
    let next = Number.POSITIVE_INFINITY
    for (const runner of runners) {
      // What the runner before has changed counts already.
      look(now)
      attempt(
        () => {
          next = Math.min(next, runner.step(now))
        },
        (error) => {
          next = Math.min(next, now + FAILED_MS)
          failed(error)
        },
      )
    }
    look(now)
    running = false
    plan(now, Math.min(next, due.next()))
    attempt(() => options.inspect?.({ now, rooms: store.all, runners, dueAt: due.at }), failed)
  }

  const plan = (now: number, next: number): void => {
    if (next === dueAt) return
    cancel()
    dueAt = next
    if (!Number.isFinite(next)) return
    cancel = clock.setTimer(Math.min(Math.max(0, next - now), LOOK_AHEAD_MS), () => {
      dueAt = Number.POSITIVE_INFINITY
      options.wake()
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
