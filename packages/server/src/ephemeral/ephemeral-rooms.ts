import type { Member, MessageId, Report, Room, RoomId, UserId } from '@roomful/protocol'
import type { BusMessage } from '../cluster/bus'
import type { Facts, Need, Plan } from '../core/ops'
import type { CommittedBatch } from '../pipeline/port'
import { type Clock, every } from '../ports/clock'
import { StoreError } from '../stores/port'
import { planOfBatch } from './copied-plan'
import { type EphemeralReader, ephemeralReader } from './ephemeral-reader'
import { fromSent, type LiveNews, toSent } from './live-news'
import { applyPlan, emptyRoom, factsOf, type RoomState } from './room-state'

/** A room that nobody has been connected to for so long is gone. */
const IDLE_MS = 10 * 60_000
const SWEEP_MS = 60_000
/** As often as clients are told of heads; for a minute after a change, because this too may be lost. */
const HEADS_MS = 10_000
const HEADS_FOR_MS = 60_000
/** Beyond it no room is made until idle ones have gone: memory is bounded, or it is no limit. */
const ROOMS_MAX = 10_000

export type EphemeralDeps = {
  readonly nodeId: string
  readonly clock: Clock
  /** Is anybody of this room connected? */
  readonly isInhabited: (roomId: RoomId) => boolean
  readonly tell: (news: LiveNews) => void
}

/** `owner`: the other node that it lives on; undefined: this one. */
type Held = { readonly state: RoomState; readonly usedAt: number; readonly owner: string | undefined }

/**
 * The rooms that are never written down: numbered like all others, by the same rules, and kept in memory while
 * somebody is there. JavaScript runs one thing at a time, so a commit that never awaits is a transaction.
 *
 * Among several nodes the one that made a room owns it, and the others hold a copy:
 *
 *   owner ── state, batches, heads ───▶ copy        read from; where one does not follow the state is asked for
 *     ▲                                  │
 *     └── ops, used ─────────────────────┘          the room goes with its owner, or when it is idle on all nodes
 */
export class EphemeralRooms {
  readonly #rooms = new Map<RoomId, Held>()
  readonly #roomsOf = new Map<UserId, Set<RoomId>>()
  readonly #roomOfMessage = new Map<MessageId, RoomId>()
  /** Own rooms that changed lately: until when their heads are told. */
  readonly #stirred = new Map<RoomId, number>()
  readonly #stop: () => void
  #sweptAt: number

  constructor(private readonly deps: EphemeralDeps) {
    this.#sweptAt = deps.clock.now()
    this.#stop = every(deps.clock, HEADS_MS, () => {
      this.#tellHeads()
      if (deps.clock.now() - this.#sweptAt >= SWEEP_MS) this.#sweep()
    })
  }

  /** The node that this room lives on; undefined: this one, or it is no ephemeral room. */
  ownerElsewhere(roomId: RoomId): string | undefined {
    return this.#rooms.get(roomId)?.owner
  }

  has(roomId: RoomId): boolean {
    return this.#rooms.has(roomId)
  }

  create(room: Room, members: readonly Member[]): void {
    if (this.#rooms.size >= ROOMS_MAX) throw new StoreError('OVERLOADED', 'too many ephemeral rooms')
    const state = emptyRoom(room, members)
    this.#put(state)
    this.#index(members)
    this.#stir(room.id)
    this.deps.tell({ kind: 'state', state: toSent(state) })
  }

  /** What the other nodes say. To be called before anybody is told of it who then reads here. */
  hear(message: BusMessage): void {
    if (message.type === 'batch') this.#copyBatch(message.batch)
    else if (message.type === 'read') this.#copyRead(message)
    else if (message.type === 'node-gone') this.#forgetNode(message.nodeId)
    else if (message.type === 'bus-up' || message.type === 'node-here') this.deps.tell({ kind: 'ask' })
    else if (message.type === 'live' && message.from !== this.deps.nodeId)
      this.#hearNews(message.from, message.news)
  }

  commit(roomId: RoomId, need: Need, decide: (facts: Facts) => Plan): Plan {
    const before = this.#rooms.get(roomId)?.state
    const plan = decide(factsOf(before, need))
    if (!before || (plan.changes.length === 0 && plan.opIds.length === 0)) return plan
    this.#apply(before, plan)
    this.#stir(roomId)
    if (plan.audit.length > 0) this.deps.tell({ kind: 'audit', roomId, entries: plan.audit })
    return plan
  }

  #apply(before: RoomState, plan: Plan): void {
    const after = applyPlan(before, plan, this.deps.clock.now())
    this.#put(after)
    this.#index(plan.members)
    for (const { id } of after.messages) this.#roomOfMessage.set(id, after.room.id)
    const kept = new Set(after.messages.map(({ id }) => id))
    for (const { id } of before.messages) if (!kept.has(id)) this.#roomOfMessage.delete(id)
  }

  markRead(roomId: RoomId, userId: UserId, seq: number): { seq: number } | undefined {
    const state = this.#rooms.get(roomId)?.state
    const member = state?.members.get(userId)
    if (!state || !member || member.removed !== undefined) return undefined
    // Forward only, and never past the head (I6).
    const lastReadSeq = Math.max(member.lastReadSeq, Math.min(seq, state.room.lastSeq))
    if (lastReadSeq > member.lastReadSeq)
      this.#put({ ...state, members: new Map(state.members).set(userId, { ...member, lastReadSeq }) })
    return { seq: lastReadSeq }
  }

  putReport(report: Report): void {
    if (!this.has(report.roomId)) return
    this.#putReport(report)
    this.deps.tell({ kind: 'report', report })
  }

  #putReport(report: Report): void {
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

  /** Of the owner's: whatever came before is in it. An older one, late, is none. */
  #copyState(owner: string, state: RoomState): void {
    const held = this.#rooms.get(state.room.id)
    if (held && (held.owner !== owner || held.state.room.rev > state.room.rev)) return
    if (held) this.#forget(held.state)
    this.#put(state, owner)
    this.#index([...state.members.values()])
    for (const { id } of state.messages) this.#roomOfMessage.set(id, state.room.id)
  }

  #copyBatch(batch: CommittedBatch): void {
    const held = this.#rooms.get(batch.roomId)
    if (held?.owner === undefined || batch.head.rev <= held.state.room.rev) return
    if (batch.previous.rev === held.state.room.rev) this.#apply(held.state, planOfBatch(batch))
    else this.deps.tell({ kind: 'ask', roomId: batch.roomId })
  }

  /** Max-merged, so it does not matter who heard of it first. */
  #copyRead({ roomId, userId, seq }: Extract<BusMessage, { type: 'read' }>): void {
    if (this.has(roomId)) this.markRead(roomId, userId, seq)
  }

  #forgetNode(nodeId: string): void {
    for (const { state, owner } of [...this.#rooms.values()]) if (owner === nodeId) this.#forget(state)
  }

  #hearNews(from: string, news: LiveNews): void {
    switch (news.kind) {
      case 'state':
        this.#copyState(from, fromSent(news.state))
        return
      case 'heads':
        for (const [roomId, rev] of news.heads)
          if ((this.#rooms.get(roomId)?.state.room.rev ?? 0) < rev) this.deps.tell({ kind: 'ask', roomId })
        return
      case 'gone': {
        const held = this.#rooms.get(news.roomId)
        if (held?.owner === from) this.#forget(held.state)
        return
      }
      case 'audit': {
        const held = this.#rooms.get(news.roomId)
        if (held?.owner === from) this.#put({ ...held.state, audit: [...held.state.audit, ...news.entries] })
        return
      }
      case 'report':
        this.#putReport(news.report)
        return
      case 'used':
        for (const roomId of news.roomIds) this.#touch(roomId)
        return
      case 'ask':
        for (const [roomId, { state, owner }] of this.#rooms)
          if (owner === undefined && (news.roomId ?? roomId) === roomId)
            this.deps.tell({ kind: 'state', state: toSent(state) })
        return
      case 'ops':
      case 'outcomes':
        // Of RemoteOps.
        return
      default:
        news satisfies never
    }
  }

  #put(state: RoomState, owner = this.#rooms.get(state.room.id)?.owner): void {
    this.#rooms.set(state.room.id, { state, usedAt: this.deps.clock.now(), owner })
  }

  #touch(roomId: RoomId): void {
    const held = this.#rooms.get(roomId)
    if (held) this.#put(held.state)
  }

  #index(members: readonly Member[]): void {
    for (const { userId, roomId } of members) {
      const rooms = this.#roomsOf.get(userId)
      if (rooms) rooms.add(roomId)
      else this.#roomsOf.set(userId, new Set([roomId]))
    }
  }

  #stir(roomId: RoomId): void {
    this.#stirred.set(roomId, this.deps.clock.now() + HEADS_FOR_MS)
  }

  #tellHeads(): void {
    const heads: [RoomId, number][] = []
    for (const [roomId, until] of this.#stirred) {
      const held = this.#rooms.get(roomId)
      if (held) heads.push([roomId, held.state.room.rev])
      if (!held || until <= this.deps.clock.now()) this.#stirred.delete(roomId)
    }
    if (heads.length > 0) this.deps.tell({ kind: 'heads', heads })
  }

  #sweep(): void {
    const now = this.deps.clock.now()
    this.#sweptAt = now
    const used: RoomId[] = []
    for (const [roomId, { state, usedAt, owner }] of this.#rooms) {
      if (this.deps.isInhabited(roomId)) {
        this.#put(state)
        if (owner !== undefined) used.push(roomId)
      } else if (owner === undefined && usedAt + IDLE_MS <= now) {
        this.#forget(state)
        this.deps.tell({ kind: 'gone', roomId })
      }
    }
    if (used.length > 0) this.deps.tell({ kind: 'used', roomIds: used })
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
