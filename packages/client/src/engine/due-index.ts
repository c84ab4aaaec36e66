import { inserted, removed, type SortedChunks } from '../model/room-list/sorted-chunks'

type Due = { readonly id: string; readonly at: number }

const byTime = (a: Due, b: Due): number => a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

/** When each of many rooms is due: the earliest at once, the others without a walk. */
export type DueIndex = {
  /** Infinity: never. */
  set(id: string, at: number): void
  at(id: string): number
  /** The earliest time of all; Infinity: there is none. */
  next(): number
  /** Those that are due by now, earliest first; removes them. */
  take(now: number): string[]
}

export function createDueIndex(): DueIndex {
  const times = new Map<string, number>()
  let order: SortedChunks<Due> = []

  const timeOf = (id: string): number => times.get(id) ?? Number.POSITIVE_INFINITY
  const next = (): number => order[0]?.[0]?.at ?? Number.POSITIVE_INFINITY

  const set = (id: string, at: number): void => {
    const before = timeOf(id)
    if (at === before) return
    order = removed(order, { id, at: before }, byTime)
    times.delete(id)
    if (at === Number.POSITIVE_INFINITY) return
    order = inserted(order, { id, at }, byTime)
    times.set(id, at)
  }

  return {
    set,
    at: timeOf,
    next,
    take: (now) => {
      const taken: string[] = []
      for (let first = order[0]?.[0]; first && first.at <= now; first = order[0]?.[0]) {
        taken.push(first.id)
        set(first.id, Number.POSITIVE_INFINITY)
      }
      return taken
    },
  }
}
