import type { User, UserId } from '@roomful/protocol'
import type { Clock } from '../ports/clock'

/** No handshake takes longer; later ones read the name from the store. */
const REMEMBERED_MS = 60_000
const KEPT = 10_000

/** Recent renames: a handshake that read the store before one must not open under the old name. */
export class RecentNames {
  readonly #names = new Map<UserId, { readonly name: string; readonly until: number }>()

  constructor(private readonly clock: Clock) {}

  note({ id, name }: User): void {
    const now = this.clock.now()
    // The oldest come first in it.
    this.#names.delete(id)
    this.#names.set(id, { name, until: now + REMEMBERED_MS })
    for (const [known, { until }] of this.#names) {
      if (until > now && this.#names.size <= KEPT) break
      this.#names.delete(known)
    }
  }

  of(userId: UserId): string | undefined {
    const held = this.#names.get(userId)
    return held && held.until > this.clock.now() ? held.name : undefined
  }
}
