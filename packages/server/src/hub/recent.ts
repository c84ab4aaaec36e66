import type { Clock } from '../ports/clock'

type Entries<K, V> = Map<K, { readonly value: V; readonly until: number }>

/**
 * Remembers each key for `ms` after it was last noted. Nothing is ever looked through: two maps take turns, and the
 * older one is dropped as a whole. A single map in the order of the notes would not do: if its first keys are noted
 * again and again, the engine steps over the places that they leave at the front each time the oldest is asked for.
 */
export class Recent<K, V> {
  #entries: Entries<K, V> = new Map()
  /** Noted before the last turn. */
  #before: Entries<K, V> = new Map()
  /** From then on all of `#before` are over. */
  #turnAt = Number.NEGATIVE_INFINITY

  constructor(
    private readonly clock: Clock,
    private readonly ms: number,
  ) {}

  /** With those whose time is over, but which are not dropped yet. */
  get size(): number {
    return this.#entries.size + this.#before.size
  }

  note(key: K, value: V): void {
    const now = this.clock.now()
    const until = now + this.ms
    if (now >= this.#turnAt) {
      this.#before = this.#entries
      this.#entries = new Map()
      this.#turnAt = until
    }
    // A clock that was set back must not delay the next turn by as much.
    this.#turnAt = Math.min(this.#turnAt, until)
    this.#entries.set(key, { value, until })
  }

  get(key: K): V | undefined {
    const entry = this.#entries.get(key) ?? this.#before.get(key)
    return entry && entry.until > this.clock.now() ? entry.value : undefined
  }
}
