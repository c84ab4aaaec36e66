import type { Report, RoomId, UserId } from '@roomful/protocol'
import type { Facts, Need, Plan } from '../core/ops'
import { MemoryStore } from '../stores/memory/memory-store'
import { type Store, StoreError } from '../stores/port'
import {
  EPHEMERAL_LIMITS,
  type EphemeralLimits,
  type EphemeralReader,
  type EphemeralStore,
  KEEP,
  type Keep,
  SWEEP_ROOMS,
} from './ephemeral-store'

export type MemoryEphemeralOptions = {
  readonly now: () => number
  readonly keep?: Keep
  readonly limits?: EphemeralLimits
}

/** The ephemeral rooms of a single node: a memory store that keeps the end of each room, and forgets idle ones. */
export class MemoryEphemeral implements EphemeralStore {
  readonly #store: MemoryStore
  readonly #limits: EphemeralLimits
  readonly #now: () => number
  /** In the order of use: the first has not been used for the longest time. */
  readonly #usedAt = new Map<RoomId, { readonly at: number; readonly maker: UserId | null }>()
  readonly #madeBy = new Map<UserId, number>()

  constructor({ now, keep = KEEP, limits = EPHEMERAL_LIMITS }: MemoryEphemeralOptions) {
    this.#store = new MemoryStore({ epoch: 'ephemeral', now, keep })
    this.#limits = limits
    this.#now = now
  }

  commit(roomId: RoomId, need: Need, decide: (facts: Facts) => Plan): Promise<Plan> {
    this.#use(roomId)
    return this.#store.commit(roomId, need, decide)
  }

  read<T>(reads: (reader: EphemeralReader) => Promise<T>): Promise<T> {
    return this.#store.read(reads)
  }

  async createRoom(input: Parameters<Store['createRoom']>[0]): ReturnType<Store['createRoom']> {
    const { id, createdBy: maker } = input.room
    if (this.#usedAt.has(id)) return this.#store.createRoom(input)
    this.#checkLimits(maker)
    this.#usedAt.set(id, { at: this.#now(), maker })
    if (maker !== null) this.#madeBy.set(maker, (this.#madeBy.get(maker) ?? 0) + 1)
    return this.#store.createRoom(input)
  }

  markRead(roomId: RoomId, userId: UserId, seq: number): ReturnType<Store['markRead']> {
    this.#use(roomId)
    return this.#store.markRead(roomId, userId, seq)
  }

  async putReport(report: Report): Promise<void> {
    if (this.#usedAt.has(report.roomId)) await this.#store.putReport(report)
  }

  async touch(roomIds: readonly RoomId[]): Promise<void> {
    for (const roomId of roomIds) this.#use(roomId)
  }

  async sweep(): Promise<number> {
    return this.#sweep()
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  #checkLimits(maker: UserId | null): void {
    const { rooms, roomsPerUser } = this.#limits
    if (maker !== null && (this.#madeBy.get(maker) ?? 0) >= roomsPerUser) this.#sweep()
    if (maker !== null && (this.#madeBy.get(maker) ?? 0) >= roomsPerUser)
      throw new StoreError('LIMIT_EXCEEDED', 'this user has made too many ephemeral rooms')
    if (this.#usedAt.size >= rooms && this.#sweep() === 0)
      throw new StoreError('OVERLOADED', 'there are too many ephemeral rooms')
  }

  #use(roomId: RoomId): void {
    const used = this.#usedAt.get(roomId)
    if (!used) return
    this.#usedAt.delete(roomId)
    this.#usedAt.set(roomId, { ...used, at: this.#now() })
  }

  #sweep(): number {
    const before = this.#now() - this.#limits.idleMs
    let swept = 0
    for (const [roomId, { at, maker }] of this.#usedAt) {
      if (at > before || swept === SWEEP_ROOMS) break
      this.#usedAt.delete(roomId)
      if (maker !== null) this.#forgetMade(maker)
      this.#store.removeRoom(roomId)
      swept++
    }
    return swept
  }

  #forgetMade(maker: UserId): void {
    const left = (this.#madeBy.get(maker) ?? 1) - 1
    if (left > 0) this.#madeBy.set(maker, left)
    else this.#madeBy.delete(maker)
  }
}
