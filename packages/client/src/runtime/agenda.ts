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
