import type { Member, MessageId, Report, Room, RoomId, UserId } from '@roomful/protocol'
import type { Facts, Need, Plan } from '../core/ops'
import { type Clock, every } from '../ports/clock'
import { StoreError } from '../stores/port'
import { type EphemeralReader, ephemeralReader } from './ephemeral-reader'
import { applyPlan, emptyRoom, factsOf, type RoomState } from './room-state'

/** A room that nobody has been connected to for so long is gone. */
const IDLE_MS = 10 * 60_000
const SWEEP_MS = 60_000
/** Beyond it no room is made until idle ones have gone: memory is bounded, or it is no limit. */
const ROOMS_MAX = 10_000

/**
 * The rooms that are never written down: numbered like all others, by the same rules, and kept in memory while
 * somebody is there. JavaScript runs one thing at a time, so a commit that never awaits is a transaction.
 */
export class EphemeralRooms {
  readonly #rooms = new Map<RoomId, { state: RoomState; usedAt: number }>()
  readonly #roomsOf = new Map<UserId, Set<RoomId>>()
  readonly #roomOfMessage = new Map<MessageId, RoomId>()
  readonly #stop: () => void

  constructor(
    private readonly clock: Clock,
    /** Is anybody of this room connected? */
    private readonly isInhabited: (roomId: RoomId) => boolean,
  ) {
    this.#stop = every(clock, SWEEP_MS, () => this.#sweep())
  }

  has(roomId: RoomId): boolean {
    return this.#rooms.has(roomId)
  }

  create(room: Room, members: readonly Member[]): void {
    if (this.#rooms.size >= ROOMS_MAX) throw new StoreError('OVERLOADED', 'too many ephemeral rooms')
    this.#put(emptyRoom(room, members))
    this.#index(members)
  }

  commit(roomId: RoomId, need: Need, decide: (facts: Facts) => Plan): Plan {
    const before = this.#rooms.get(roomId)?.state
    const plan = decide(factsOf(before, need))
    if (!before || (plan.changes.length === 0 && plan.opIds.length === 0)) return plan
    const after = applyPlan(before, plan, this.clock.now())
    this.#put(after)
    this.#index(plan.members)
    for (const { id } of after.messages) this.#roomOfMessage.set(id, roomId)
    const kept = new Set(after.messages.map(({ id }) => id))
    for (const { id } of before.messages) if (!kept.has(id)) this.#roomOfMessage.delete(id)
    return plan
  }

  markRead(roomId: RoomId, userId: UserId, seq: number): { seq: number; moved: boolean } | undefined {
    const state = this.#rooms.get(roomId)?.state
    const member = state?.members.get(userId)
    if (!state || !member || member.removed !== undefined) return undefined
    // Forward only, and never past the head (I6).
    const lastReadSeq = Math.max(member.lastReadSeq, Math.min(seq, state.room.lastSeq))
    const moved = lastReadSeq > member.lastReadSeq
    if (moved)
      this.#put({ ...state, members: new Map(state.members).set(userId, { ...member, lastReadSeq }) })
    return { seq: lastReadSeq, moved }
  }

  putReport(report: Report): void {
    const state = this.#rooms.get(report.roomId)?.state
    if (state) this.#put({ ...state, reports: new Map(state.reports).set(report.id, report) })
  }

  /** A reader that sees each room as it was when it first looked at it. */
  reader(): EphemeralReader {
    const seen = new Map<RoomId, RoomState | undefined>()
    const stateOf = (roomId: RoomId): RoomState | undefined => {
      if (!seen.has(roomId)) seen.set(roomId, this.#rooms.get(roomId)?.state)
      return seen.get(roomId)
    }
    return ephemeralReader(
      stateOf,
      (userId) => [...(this.#roomsOf.get(userId) ?? [])],
      (messageId) => this.#roomOfMessage.get(messageId),
    )
  }

  close(): void {
    this.#stop()
  }

  #put(state: RoomState): void {
    this.#rooms.set(state.room.id, { state, usedAt: this.clock.now() })
  }

  #index(members: readonly Member[]): void {
    for (const { userId, roomId } of members) {
      const rooms = this.#roomsOf.get(userId)
      if (rooms) rooms.add(roomId)
      else this.#roomsOf.set(userId, new Set([roomId]))
    }
  }

  #sweep(): void {
    const now = this.clock.now()
    for (const [roomId, { state, usedAt }] of this.#rooms) {
      if (this.isInhabited(roomId)) this.#put(state)
      else if (usedAt + IDLE_MS <= now) this.#forget(state)
    }
  }

  #forget({ room, members, messages }: RoomState): void {
    this.#rooms.delete(room.id)
    for (const { id } of messages) this.#roomOfMessage.delete(id)
    for (const userId of members.keys()) {
      const rooms = this.#roomsOf.get(userId)
      rooms?.delete(room.id)
      if (rooms?.size === 0) this.#roomsOf.delete(userId)
    }
  }
}
