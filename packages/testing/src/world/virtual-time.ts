/** One future event. `run` null: it was cancelled. */
type Due = { readonly at: number; readonly no: number; readonly label: string; run: (() => void) | null }

/** Any fixed moment: runs of the same seed must see the same dates. */
export const START_MS = Date.UTC(2026, 0, 1)

/**
 * Virtual time: one heap of events, ordered by time and, within one moment, by number. Nothing else moves the world,
 * so a seed fixes every interleaving.
 */
export class VirtualTime {
  #now = START_MS
  #count = 0
  #live = 0
  #ran = 0
  #heap: Due[] = []

  get now(): number {
    return this.#now
  }
  /** Milliseconds since the beginning. */
  get elapsed(): number {
    return this.#now - START_MS
  }
  /** Events that have happened. */
  get ran(): number {
    return this.#ran
  }
  /** Events that are still to come. */
  get pending(): number {
    return this.#live
  }
  /** When the next event is due; Infinity: never. */
  get nextAt(): number {
    this.#dropCalledOff()
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY
  }

  /** Calls `run` once, `ms` from now. Returns the function that cancels it. */
  schedule(ms: number, label: string, run: () => void): () => void {
    const due: Due = { at: this.#now + Math.max(0, ms), no: ++this.#count, label, run }
    this.#push(due)
    this.#live++
    return () => {
      if (due.run === null) return
      due.run = null
      this.#live--
    }
  }

  /** Runs the next event. Returns its label, or undefined if there is none up to `until`. */
  step(until: number): string | undefined {
    this.#dropCalledOff()
    const next = this.#heap[0]
    if (next === undefined || next.at > until) return undefined
    this.#pop()
    const { run } = next
    next.run = null
    this.#live--
    this.#ran++
    this.#now = Math.max(this.#now, next.at)
    run?.()
    return next.label
  }

  /** Advances to a moment before which nothing is due any more. */
  skipTo(at: number): void {
    this.#now = Math.max(this.#now, at)
  }

  #dropCalledOff(): void {
    while (this.#heap[0]?.run === null) this.#pop()
  }

  #push(due: Due): void {
    const heap = this.#heap
    let i = heap.push(due) - 1
    while (i > 0) {
      const parent = (i - 1) >> 1
      const other = heap[parent]
      if (other === undefined || !isBefore(due, other)) break
      heap[i] = other
      i = parent
    }
    heap[i] = due
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      let least = heap[child]
      if (least === undefined) break
      const right = heap[child + 1]
      if (right !== undefined && isBefore(right, least)) {
        child++
        least = right
      }
      if (!isBefore(least, last)) break
      heap[i] = least
      i = child
    }
    heap[i] = last
  }
}

const isBefore = (a: Due, b: Due): boolean => a.at < b.at || (a.at === b.at && a.no < b.no)
