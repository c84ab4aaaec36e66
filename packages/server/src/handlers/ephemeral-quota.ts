import type { RoomId, UserId } from '@roomful/protocol'
import type { Store } from '../stores/port'

/** Ephemeral rooms of one user on one server that are there at a time: they are in memory, and all users share it. */
export const EPHEMERAL_PER_USER = 50
/** Users of whom it is remembered what they made; who is forgotten has not made one for the longest time. */
const USERS_KEPT = 10_000

/** Which ephemeral rooms a user has made here. They end by themselves, so they are counted anew only where it matters. */
export class EphemeralQuota {
  readonly #made = new Map<UserId, ReadonlySet<RoomId>>()

  constructor(private readonly store: Pick<Store, 'read'>) {}

  /** Counts this room, which is about to be made, unless the user has made too many that are still there. */
  async take(userId: UserId, roomId: RoomId): Promise<boolean> {
    if (this.#madeBy(userId).size >= EPHEMERAL_PER_USER) await this.#forgetEnded(userId)
    const made = this.#madeBy(userId)
    if (made.size >= EPHEMERAL_PER_USER) return false
    this.#keep(userId, new Set([...made, roomId]))
    return true
  }

  #madeBy(userId: UserId): ReadonlySet<RoomId> {
    return this.#made.get(userId) ?? new Set()
  }

  async #forgetEnded(userId: UserId): Promise<void> {
    const asked = [...this.#madeBy(userId)]
    const found = await this.store.read((reader) => reader.memberships(userId, asked))
    const left = new Set(this.#madeBy(userId))
    for (const roomId of asked) left.delete(roomId)
    for (const { room } of found) left.add(room.id)
    this.#keep(userId, left)
  }

  #keep(userId: UserId, rooms: ReadonlySet<RoomId>): void {
    // A map keeps the order of insertion.
    this.#made.delete(userId)
    this.#made.set(userId, rooms)
    const [oldest] = this.#made.keys()
    if (this.#made.size > USERS_KEPT && oldest !== undefined) this.#made.delete(oldest)
  }
}
