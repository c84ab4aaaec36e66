import type { RoomCore } from '../core/room/room-core'
import type { Agenda } from './agenda'

/** What a room has to do, and when time alone changes that. */
export type RoomTasks<T extends string> = { readonly tasks: readonly T[]; readonly until: number }

export const NO_TASKS: RoomTasks<never> = { tasks: [], until: Number.POSITIVE_INFINITY }

/** How one runner looks at rooms, one by one. */
export type RoomWork<T extends string> = {
  readonly agenda: Agenda<T>
  /** A pure function of the room, of the time, and of what `basis` answers: only then is a look at what changed enough. */
  tasksOf(core: RoomCore, now: number): RoomTasks<T>
  /** What `tasksOf` reads beside the room. All rooms are looked at again when it changes. */
  basis?(): unknown
}

/** One of those who do what there is to do, as the state says (see the pump). */
export type Runner<T extends string = string> = {
  /** Does what is on the agenda, or what the state of the chat asks for. Answers when to run again, whatever happens. */
  step(now: number): number
  readonly rooms?: RoomWork<T>
}
