import type { RoomId, RoomListItem, ServerPayload, UserId } from '@roomful/protocol'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import type { Peer } from './peer'
import type { Peers } from './peers'

/** The lines of a user's list for these rooms, read in one snapshot. */
export type ReadListItems = (userId: UserId, roomIds: readonly RoomId[]) => Promise<readonly RoomListItem[]>

/** A list of rooms is fresh enough when it is a second old. */
const ACTIVITY_INTERVAL_MS = 1_000

/**
 * Keeps room lists fresh without subscriptions: members' devices that have not subscribed to a room are told its
 * new head, preview and unread, all rooms of a user in one frame and at most one a second.
 */
export class Activity {
  readonly #dirtyRooms = new Set<RoomId>()
  /** Rooms that changed for one user only: he read them on another device. */
  readonly #dirtyForUser = new Map<UserId, Set<RoomId>>()
  #cancel: (() => void) | undefined
  #stopped = false

  constructor(
    private readonly deps: { clock: Clock; peers: Peers; readListItems: ReadListItems; log: Log },
  ) {}

  noteRoom(roomId: RoomId): void {
    if (this.deps.peers.membersOf(roomId).size === 0) return
    this.#dirtyRooms.add(roomId)
    this.#arm()
  }

  /** `lineId`: the device that read it, which knows; his others may be on this node or on another. */
  noteRead(userId: UserId, roomId: RoomId, lineId?: string): void {
    const others = [...this.deps.peers.of(userId)].filter((peer) => peer.id !== lineId)
    if (others.length === 0) return
    const rooms = this.#dirtyForUser.get(userId) ?? new Set<RoomId>()
    this.#dirtyForUser.set(userId, rooms.add(roomId))
    this.#arm()
  }

  stop(): void {
    this.#stopped = true
    this.#cancel?.()
  }

  #arm(): void {
    if (this.#cancel || this.#stopped) return
    this.#cancel = this.deps.clock.setTimer(ACTIVITY_INTERVAL_MS, () => {
      this.#flush().catch((error: unknown) =>
        this.deps.log.warn({ err: error }, 'room activity was not told'),
      )
    })
  }

  /** One user after the other: where the store is slow, the lists get older instead of the queue longer. */
  async #flush(): Promise<void> {
    const todo = this.#take()
    try {
      for (const [userId, roomIds] of todo) {
        if (this.#stopped) return
        await this.#tell(userId, roomIds)
        todo.delete(userId)
      }
    } finally {
      // The store failed: whoever was not told is told at the next turn.
      for (const [userId, roomIds] of todo)
        this.#dirtyForUser.set(userId, new Set([...roomIds, ...(this.#dirtyForUser.get(userId) ?? [])]))
      this.#cancel = undefined
      if (this.#dirtyRooms.size + this.#dirtyForUser.size > 0) this.#arm()
    }
  }

  #take(): Map<UserId, Set<RoomId>> {
    const todo = new Map(this.#dirtyForUser)
    this.#dirtyForUser.clear()
    for (const roomId of this.#dirtyRooms) {
      for (const userId of this.deps.peers.membersOf(roomId)) {
        if (!this.#unsubscribed(userId, roomId)) continue
        todo.set(userId, (todo.get(userId) ?? new Set()).add(roomId))
      }
    }
    this.#dirtyRooms.clear()
    return todo
  }

  #unsubscribed(userId: UserId, roomId: RoomId): boolean {
    for (const peer of this.deps.peers.of(userId)) if (wants(peer, roomId)) return true
    return false
  }

  async #tell(userId: UserId, roomIds: ReadonlySet<RoomId>): Promise<void> {
    const { peers, readListItems } = this.deps
    const items = await readListItems(userId, [...roomIds])
    // Removed while it was read: his copy of the room is going, nothing more of it reaches him (I14).
    const lines = items.filter(({ room }) => peers.membersOf(room.id).has(userId)).map(toActivity)
    for (const peer of peers.of(userId)) {
      const rooms = lines.filter(({ roomId }) => wants(peer, roomId))
      if (rooms.length > 0) peer.line.emit('room-activity', { rooms })
    }
  }
}

const wants = (peer: Peer, roomId: RoomId): boolean => peer.protocol === 2 && !peer.rooms.has(roomId)

function toActivity({
  room,
  lastReadSeq,
  unread,
  preview,
}: RoomListItem): ServerPayload<'room-activity'>['rooms'][number] {
  return { roomId: room.id, rev: room.rev, lastSeq: room.lastSeq, lastReadSeq, unread, preview }
}
