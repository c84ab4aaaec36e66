import type { Head, RoomId } from '@roomful/protocol'
import type { CommittedBatch } from '../pipeline/port'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'

/** With the client's own second or two this stays within the 10 s in which every loss must be found. */
const LOOK_MS = 5_000
/** While the bus is down only the database shows changes: a removal takes effect after little more than this. */
const LOOK_WHEN_DOWN_MS = 1_000
/** A first subscriber may join between another node's commit and its bus message. */
const SOON_MS = 1_000
/** A commit is in the database before it is on the bus: a node that seems behind may only be early. */
const GRACE_MS = 250

export type CatchUpDeps = {
  readonly clock: Clock
  readonly log: Log
  /** Other nodes write to the same database: all rooms are checked periodically. */
  readonly isShared: boolean
  readonly isBusUp: () => boolean
  readonly rooms: () => Iterable<RoomId>
  /** This node's subscribers have received everything up to here; undefined: the room has no subscribers. */
  readonly deliveredHead: (roomId: RoomId) => Head | undefined
  /** One query, however many rooms. */
  readonly readHeads: (roomIds: readonly RoomId[]) => Promise<ReadonlyMap<RoomId, Head>>
  /** What was committed after `delivered`, or the first part of it; undefined: nothing. */
  readonly readMissed: (roomId: RoomId, delivered: Head) => Promise<CommittedBatch | undefined>
  readonly onMissed: (batch: CommittedBatch) => void
}

/**
 * Compares what was delivered to this node's subscribers with the database, and delivers what is missing. This takes
 * one read a room and node instead of a sync by each client, and protocol-1 sockets have no other way (P5, P16).
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

  /** Checks this room in about a second. */
  soon(roomId: RoomId): void {
    if (this.#stopped) return
    this.#soon.add(roomId)
    this.#cancelSoon ??= this.deps.clock.setTimer(SOON_MS, () => {
      this.#cancelSoon = undefined
      const roomIds = [...this.#soon]
      this.#soon.clear()
      this.#look(
        () => roomIds,
        // The rooms stay suspect until a check succeeds: on a single node nothing else would check them.
        () => {
          for (const id of roomIds) this.soon(id)
        },
      )
    })
  }

  /** Checks all rooms: the bus was down, and may have lost anything. */
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

  /** One check at a time: a slow database gets fewer queries. */
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
      const delivered = this.deps.deliveredHead(roomId)
      return delivered !== undefined && delivered.rev < (heads.get(roomId)?.rev ?? 0)
    }
    if (!roomIds.some(isBehind)) return
    await new Promise<void>((resolve) => void this.deps.clock.setTimer(GRACE_MS, resolve))
    for (const roomId of roomIds) if (isBehind(roomId)) await this.#fetch(roomId)
  }

  /** Page by page until nothing is missing. A change that arrives by bus meanwhile is delivered once, by the first. */
  async #fetch(roomId: RoomId): Promise<void> {
    for (;;) {
      const delivered = this.deps.deliveredHead(roomId)
      if (this.#stopped || !delivered) return
      const batch = await this.deps.readMissed(roomId, delivered)
      if (!batch || this.#stopped) return
      this.deps.onMissed(batch)
      if ((this.deps.deliveredHead(roomId)?.rev ?? 0) <= delivered.rev) return
    }
  }
}
