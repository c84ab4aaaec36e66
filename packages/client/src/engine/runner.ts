import type { RoomModel } from '../model/room/room-model'

/** Which rooms have what to do. A room may have several tasks at once, and most have none. */
export type Agenda<T extends string> = {
  /** In place of what the room had. */
  put(id: string, tasks: readonly T[]): void
  /** The rooms that have this task, in the order in which they came to it. */
  of(task: T): ReadonlySet<string>
  tasksOf(id: string): readonly T[]
}

const NO_ROOMS: ReadonlySet<string> = new Set()

export function createAgenda<T extends string>(): Agenda<T> {
  const byTask = new Map<T, Set<string>>()
  const byRoom = new Map<string, readonly T[]>()

  const tasksOf = (id: string): readonly T[] => byRoom.get(id) ?? []

  return {
    of: (task) => byTask.get(task) ?? NO_ROOMS,
    tasksOf,
    put: (id, tasks) => {
      const before = tasksOf(id)
      if (before.length + tasks.length === 0) return
      for (const task of before) if (!tasks.includes(task)) byTask.get(task)?.delete(id)
      for (const task of tasks) {
        const rooms = byTask.get(task) ?? new Set()
        byTask.set(task, rooms.add(id))
      }
      if (tasks.length === 0) byRoom.delete(id)
      else byRoom.set(id, tasks)
    },
  }
}

/** What a room has to do, and when time alone changes that. */
export type RoomTasks<T extends string> = { readonly tasks: readonly T[]; readonly until: number }

export const NO_TASKS: RoomTasks<never> = { tasks: [], until: Number.POSITIVE_INFINITY }

/** How one runner checks rooms, one by one. */
export type RoomWork<T extends string> = {
  readonly agenda: Agenda<T>
  /**
   * A pure function of the room, of the time, and of the result of `basis`: only then is a check of the changed rooms
   * enough.
   */
  tasksOf(model: RoomModel, now: number): RoomTasks<T>
  /** What `tasksOf` reads besides the room. All rooms are checked again when it changes. */
  basis?(): unknown
}

/** Does the work that the state calls for (see the pump). */
export type Runner<T extends string = string> = {
  /** Does what is on the agenda, or what the state of the chat calls for. Returns when to run again if nothing changes. */
  step(now: number): number
  readonly rooms?: RoomWork<T>
}
