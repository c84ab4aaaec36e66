import type { RoomId, RoomListItem, ServerPayload, UserId } from '@roomful/protocol'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import type { Peer } from './peer'
import type { Peers } from './peers'

/** The lines of a user's list for these rooms, read in one snapshot. */
export type ReadListItems = (userId: UserId, roomIds: readonly RoomId[]) => Promise<readonly RoomListItem[]>

/** A list of rooms is fresh enough when it is a second old. */
const ACTIVITY_INTERVAL_MS = 1_000

/** Rooms to send, and whether with their row: its name, settings or metadata may be new to the device. */
type Dirty = Map<RoomId, boolean>

/**
 * Keeps room lists fresh without subscriptions: members' devices that have not subscribed to a room get its new head,
 * preview and unread, and its row where that has changed; all rooms of a user in one frame and at most one a second.
 */
export class Activity {
  readonly #dirtyRooms: Dirty = new Map()
  /** Rooms that changed for one user only: another device of the user has read them, or has closed them. */
  readonly #dirtyForUser = new Map<UserId, Dirty>()
  #cancel: (() => void) | undefined
  #stopped = false

  constructor(
    private readonly deps: { clock: Clock; peers: Peers; readListItems: ReadListItems; log: Log },
  ) {}

  /** `withRow`: the room's own row has changed, or may have. */
  noteRoom(roomId: RoomId, withRow: boolean): void {
    if (this.deps.peers.membersOf(roomId).size === 0) return
    note(this.#dirtyRooms, roomId, withRow)
    this.#arm()
  }

  /** `lineId`: the device that read it, which knows; the user's others may be on this node or on another. */
  noteRead(userId: UserId, roomId: RoomId, lineId?: string): void {
    const others = [...this.deps.peers.of(userId)].filter((peer) => peer.id !== lineId)
    if (others.length > 0) this.#noteFor(userId, roomId, false)
  }

  /** This user's devices may have missed anything of the room. */
  refresh(userId: UserId, roomId: RoomId): void {
    if (this.deps.peers.of(userId).size > 0) this.#noteFor(userId, roomId, true)
  }

  stop(): void {
    this.#stopped = true
    this.#cancel?.()
  }

  #noteFor(userId: UserId, roomId: RoomId, withRow: boolean): void {
    const rooms: Dirty = this.#dirtyForUser.get(userId) ?? new Map()
    this.#dirtyForUser.set(userId, note(rooms, roomId, withRow))
    this.#arm()
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
      for (const [userId, rooms] of todo) {
        if (this.#stopped) return
        await this.#tell(userId, rooms)
        todo.delete(userId)
      }
    } finally {
      // The store failed: what was not sent is sent at the next turn.
      for (const [userId, rooms] of todo)
        for (const [roomId, withRow] of rooms) this.#noteFor(userId, roomId, withRow)
      this.#cancel = undefined
      if (this.#dirtyRooms.size + this.#dirtyForUser.size > 0) this.#arm()
    }
  }

  #take(): Map<UserId, Dirty> {
    const todo = new Map(this.#dirtyForUser)
    this.#dirtyForUser.clear()
    for (const [roomId, withRow] of this.#dirtyRooms) {
      for (const userId of this.deps.peers.membersOf(roomId)) {
        if (!this.#unsubscribed(userId, roomId)) continue
        todo.set(userId, note(todo.get(userId) ?? new Map(), roomId, withRow))
      }
    }
    this.#dirtyRooms.clear()
    return todo
  }

  #unsubscribed(userId: UserId, roomId: RoomId): boolean {
    for (const peer of this.deps.peers.of(userId)) if (wants(peer, roomId)) return true
    return false
  }

  async #tell(userId: UserId, dirty: Dirty): Promise<void> {
    const { peers, readListItems } = this.deps
    const items = await readListItems(userId, [...dirty.keys()])
    // Removed while it was read: the user's copy of the room is going, nothing more of it reaches them (I14).
    const present = items.filter(({ room }) => peers.membersOf(room.id).has(userId))
    const lines = present.map((item) => toActivity(item, dirty.get(item.room.id) ?? false))
    for (const peer of peers.of(userId)) {
      const rooms = lines.filter(({ roomId }) => wants(peer, roomId))
      if (rooms.length > 0) peer.line.emit('room-activity', { rooms })
    }
  }
}

const note = (dirty: Dirty, roomId: RoomId, withRow: boolean): Dirty =>
  dirty.set(roomId, withRow || (dirty.get(roomId) ?? false))

const wants = (peer: Peer, roomId: RoomId): boolean => peer.protocol === 2 && !peer.rooms.has(roomId)

function toActivity(
  { room, lastReadSeq, unread, preview }: RoomListItem,
  withRow: boolean,
): ServerPayload<'room-activity'>['rooms'][number] {
  const { id: roomId, rev, lastSeq, memberCount } = room
  return {
    ...{ roomId, rev, lastSeq, lastReadSeq, unread, preview },
    ...(memberCount === undefined ? {} : { memberCount }),
    ...(withRow ? { room } : {}),
  }
}
