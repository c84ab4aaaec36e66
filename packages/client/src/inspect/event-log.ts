import type { InspectedEvent } from './inspection'

type Unnumbered = InspectedEvent extends infer E
  ? E extends InspectedEvent
    ? Omit<E, 'no' | 'at'>
    : never
  : never
export type NewEvent = Unnumbered

export type EventLog = {
  add(at: number, event: NewEvent): void
  /** Oldest first. The same list until one is added. */
  all(): readonly InspectedEvent[]
  /** How many had to go. */
  forgotten(): number
}

/** The latest events, at most `size`. To add one costs the same however many there are. */
export function createEventLog(size: number): EventLog {
  const ring: InspectedEvent[] = []
  let no = 0
  let list: readonly InspectedEvent[] | null = []
  return {
    add: (at, event) => {
      ring[no % size] = { no, at, ...event }
      no++
      list = null
    },
    all: () => {
      const start = no > size ? no % size : 0
      list ??= [...ring.slice(start), ...ring.slice(0, start)]
      return list
    },
    forgotten: () => Math.max(0, no - size),
  }
}
