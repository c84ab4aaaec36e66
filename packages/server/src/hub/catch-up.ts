import type { Head, RoomId } from '@roomful/protocol'
import type { CommittedBatch } from '../pipeline/port'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'

/** With every client's own second or two it stays within the 10 s in which all that was lost has to be found. */
const LOOK_MS = 5_000
/** While the bus is down the database is all there is; a removal then still takes effect in little more than this. */
const LOOK_WHEN_DOWN_MS = 1_000
/** A first subscriber may have come between another node's commit and its message. */
const SOON_MS = 1_000
/** A commit is in the database before it is on the bus: whoever is behind may only be a little early. */
const GRACE_MS = 250

export type CatchUpDeps = {
  readonly clock: Clock
  readonly log: Log
  /** Other nodes write to the same database: all rooms are looked at, again and again. */
  readonly isShared: boolean
  readonly isBusUp: () => boolean
  readonly rooms: () => Iterable<RoomId>
  /** Up to where this node's subscribers were told everything; undefined: nobody subscribes to it any more. */
  readonly toldTo: (roomId: RoomId) => Head | undefined
  /** One query, however many rooms. */
  readonly readHeads: (roomIds: readonly RoomId[]) => Promise<ReadonlyMap<RoomId, Head>>
  /** What was committed after `told`, or the first part of it; undefined: nothing. */
  readonly readMissed: (roomId: RoomId, told: Head) => Promise<CommittedBatch | undefined>
  readonly onMissed: (batch: CommittedBatch) => void
}

/**
 * Compares what this node's subscribers were told with the database, and tells them what is missing: one read a room
 * and node instead of a sync by each client, and the only way for protocol-1 sockets to hear of it at all (P5, P16).
 */
export class CatchUp {
  readonly #soon = new Set<RoomId>()
  #cancelSoon: (() => void) | undefined
  #cancelNext: (() => void) | undefined
  #lane: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(private readonly deps: CatchUpDeps) {
    if (deps.isShared) this.#armNext()
  }

  /** Looks at this room in about a second. */
  soon(roomId: RoomId): void {
    if (this.#stopped) return
    this.#soon.add(roomId)
    this.#cancelSoon ??= this.deps.clock.setTimer(SOON_MS, () => {
      this.#cancelSoon = undefined
      const roomIds = [...this.#soon]
      this.#soon.clear()
      this.#look(
        () => roomIds,
        // In doubt until it has been looked at: alone with its database nothing else would ever look.
        () => {
          for (const id of roomIds) this.soon(id)
        },
      )
    })
  }

  /** Looks at all rooms: the bus was down, and may have lost anything. */
  all(): void {
    this.#look(this.deps.rooms)
  }

  stop(): void {
    this.#stopped = true
    this.#cancelSoon?.()
    this.#cancelNext?.()
  }

  #armNext(): void {
    const ms = this.deps.isBusUp() ? LOOK_MS : LOOK_WHEN_DOWN_MS
    this.#cancelNext = this.deps.clock.setTimer(ms, () => {
      this.#look(this.deps.rooms)
      void this.#lane.then(() => {
        if (!this.#stopped) this.#armNext()
      })
    })
  }

  /** One look after the other: where the database is slow, it is asked less often. */
  #look(rooms: () => Iterable<RoomId>, onFailed = (): void => {}): void {
    this.#lane = this.#lane
      .then(() => this.#compare([...rooms()]))
      .catch((error: unknown) => {
        this.deps.log.warn({ err: error }, 'this node cannot see whether it is behind')
        onFailed()
      })
  }

  async #compare(roomIds: readonly RoomId[]): Promise<void> {
    if (this.#stopped || roomIds.length === 0) return
    const heads = await this.deps.readHeads(roomIds)
    const isBehind = (roomId: RoomId): boolean => {
      const told = this.deps.toldTo(roomId)
      return told !== undefined && told.rev < (heads.get(roomId)?.rev ?? 0)
    }
    if (!roomIds.some(isBehind)) return
    await new Promise<void>((resolve) => void this.deps.clock.setTimer(GRACE_MS, resolve))
    for (const roomId of roomIds) if (isBehind(roomId)) await this.#fetch(roomId)
  }

  /** A page at a time, until it is told all that there was; what comes while it reads is told by whoever is first. */
  async #fetch(roomId: RoomId): Promise<void> {
    for (;;) {
      const told = this.deps.toldTo(roomId)
      if (this.#stopped || !told) return
      const batch = await this.deps.readMissed(roomId, told)
      if (!batch || this.#stopped) return
      this.deps.onMissed(batch)
      if ((this.deps.toldTo(roomId)?.rev ?? 0) <= told.rev) return
    }
  }
}
