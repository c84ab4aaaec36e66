type Due = { readonly id: string; at: number; place: number }

/** When each of many keys is due: the earliest at once, the others without a walk (an indexed binary heap). */
export type DueIndex = {
  /** Infinity: never. */
  set(id: string, at: number): void
  at(id: string): number
  /** The earliest time of all; Infinity: there is none. */
  next(): number
  /** Those that are due by now, earliest first: they are due no more. */
  take(now: number): string[]
}

export function createDueIndex(): DueIndex {
  const heap: Due[] = []
  const byId = new Map<string, Due>()

  const put = (due: Due, place: number): void => {
    heap[place] = due
    due.place = place
  }

  /** Moves one towards the root while it is earlier than what stands above it. */
  const rise = (due: Due): void => {
    let { place } = due
    for (;;) {
      const above = heap[(place - 1) >> 1]
      if (place === 0 || above === undefined || above.at <= due.at) break
      put(above, place)
      place = (place - 1) >> 1
    }
    put(due, place)
  }

  /** Moves one away from the root while one below it is earlier. */
  const sink = (due: Due): void => {
    let { place } = due
    for (;;) {
      const left = heap[2 * place + 1]
      const right = heap[2 * place + 2]
      const below = right !== undefined && left !== undefined && right.at < left.at ? right : left
      if (below === undefined || below.at >= due.at) break
      const next = below.place
      put(below, place)
      place = next
    }
    put(due, place)
  }

  const remove = (due: Due): void => {
    byId.delete(due.id)
    const last = heap.pop()
    if (last === undefined || last === due) return
    put(last, due.place)
    rise(last)
    sink(last)
  }

  return {
    set: (id, at) => {
      const due = byId.get(id)
      if (at === Number.POSITIVE_INFINITY) {
        if (due) remove(due)
        return
      }
      if (due?.at === at) return
      const changed = due ?? { id, at, place: heap.length }
      changed.at = at
      byId.set(id, changed)
      rise(changed)
      sink(changed)
    },
    at: (id) => byId.get(id)?.at ?? Number.POSITIVE_INFINITY,
    next: () => heap[0]?.at ?? Number.POSITIVE_INFINITY,
    take: (now) => {
      const taken: string[] = []
      for (let [first] = heap; first !== undefined && first.at <= now; [first] = heap) {
        taken.push(first.id)
        remove(first)
      }
      return taken
    },
  }
}
