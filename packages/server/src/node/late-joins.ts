import { asMessageId, type RoomId, retryOf, type UserId } from '@roomful/protocol'
import { userOf } from '../auth/acting-user'
import type { Identity } from '../auth/identity'
import type { Outcome, Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { Pipeline } from '../pipeline/port'
import type { Clock } from '../ports/clock'
import type { Ids } from '../ports/ids'
import type { Log } from '../ports/log'

/** The first wait after a join that failed; later ones double, up to the last. */
const FIRST_WAIT_MS = 1_000
const LAST_WAIT_MS = 30_000

export type LateJoinsDeps = {
  readonly pipeline: Pipeline
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly isConnected: (userId: UserId) => boolean
}

type Late = { readonly rooms: Set<RoomId>; readonly cancel: () => void }

/**
 * Joins of default rooms. One that fails for now is retried with back-off until it works or its user has gone: the next
 * sign-in starts again.
 */
export class LateJoins {
  readonly #late = new Map<UserId, Late>()
  /** For the log: a room that cannot be joined at all is logged once, not for every user. */
  readonly #closed = new Set<RoomId>()

  constructor(private readonly deps: LateJoinsDeps) {}

  /** Joins these rooms silently. Returns those that failed for now, with their reasons. */
  async join(identity: Identity, roomIds: readonly RoomId[]): Promise<Map<RoomId, Refusal>> {
    const { pipeline, clock, ids } = this.deps
    const at = clock.now()
    const actor = { ...userOf(identity), admin: identity.admin }
    const failed = new Map<RoomId, Refusal>()
    const one = async (roomId: RoomId): Promise<void> => {
      const messageId = asMessageId(ids.uuid(at))
      const outcome = await pipeline.submit(roomId, { kind: 'join', silent: true, actor, at, messageId })
      if (outcome.ok) return
      if (retryOf(outcome.code) === 'never') this.#noteClosed(roomId, outcome)
      else failed.set(roomId, outcome)
    }
    await Promise.all(roomIds.map(one))
    return failed
  }

  /** Keeps retrying for a user who is let in all the same. */
  retry(identity: Identity, roomIds: Iterable<RoomId>, tries = 0): void {
    const rooms = new Set([...roomIds, ...(this.#late.get(identity.id)?.rooms ?? [])])
    this.forget(identity.id)
    if (rooms.size === 0) return
    const wait = Math.min(LAST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries)
    const cancel = this.deps.clock.setTimer(wait * (0.5 + this.deps.ids.random() / 2), () => {
      void this.#again(identity, rooms, tries + 1)
    })
    this.#late.set(identity.id, { rooms, cancel })
  }

  /** True: a retry is under way, so this user will be in the room. */
  isLate(userId: UserId, roomId: RoomId): boolean {
    return this.#late.get(userId)?.rooms.has(roomId) ?? false
  }

  forget(userId: UserId): void {
    this.#late.get(userId)?.cancel()
    this.#late.delete(userId)
  }

  stop(): void {
    for (const userId of [...this.#late.keys()]) this.forget(userId)
  }

  async #again(identity: Identity, rooms: ReadonlySet<RoomId>, tries: number): Promise<void> {
    const late = this.#late.get(identity.id)
    if (!this.deps.isConnected(identity.id)) return this.forget(identity.id)
    const failed = await this.join(identity, [...rooms])
    // Stopped meanwhile, or the user signed in again: that has its own retry.
    if (this.#late.get(identity.id) !== late) return
    this.forget(identity.id)
    this.retry(identity, failed.keys(), tries)
  }

  #noteClosed(roomId: RoomId, { code }: Refusal): void {
    if (this.#closed.has(roomId)) return
    this.#closed.add(roomId)
    this.deps.log.warn({ roomId, code }, 'a default room cannot be joined')
  }
}

/** While a join is late, its user is not in the room *yet*: their writes are refused for now, not permanently. */
export function withLateJoins(pipeline: Pipeline, joins: Pick<LateJoins, 'isLate'>): Pipeline {
  const retryWhileLate = (outcome: Outcome, userId: UserId | undefined, roomId: RoomId): Outcome =>
    !outcome.ok && outcome.code === 'ROOM_NOT_FOUND' && userId && joins.isLate(userId, roomId)
      ? refuse('UNAVAILABLE')
      : outcome
  return {
    submit: (roomId, op) =>
      pipeline.submit(roomId, op).then((outcome) => retryWhileLate(outcome, op.actor.id, roomId)),
    submitAll: async (roomId, ops) => {
      const outcomes = await pipeline.submitAll(roomId, ops)
      return outcomes.map((outcome, index) => retryWhileLate(outcome, ops[index]?.actor.id, roomId))
    },
    depth: () => pipeline.depth(),
    drained: () => pipeline.drained(),
  }
}
