import type { Member, RoomId, UserId } from '@roomful/protocol'

/** Membership changes that are remembered: many more than can be on the bus at a time. */
const KEPT = 10_000

/**
 * The last rev delivered of each membership. A batch that a later one has overtaken must neither remove a user who has
 * rejoined since, nor add one who has left.
 */
export class MemberRevs {
  readonly #revs = new Map<string, number>()

  /** Is it later than the last known rev of this membership? */
  isNewer({ roomId, userId, rev }: Member): boolean {
    return rev > (this.#revs.get(keyOf(roomId, userId)) ?? 0)
  }

  note({ roomId, userId, rev }: Member): void {
    const key = keyOf(roomId, userId)
    const latest = Math.max(rev, this.#revs.get(key) ?? 0)
    // Taken out first: a map keeps the order of insertion, and the oldest is forgotten.
    this.#revs.delete(key)
    this.#revs.set(key, latest)
    const [oldest] = this.#revs.keys()
    if (this.#revs.size > KEPT && oldest !== undefined) this.#revs.delete(oldest)
  }
}

/** No room's id holds a space. */
const keyOf = (roomId: RoomId, userId: UserId): string => `${roomId} ${userId}`
