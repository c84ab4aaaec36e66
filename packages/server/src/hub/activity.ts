import type { RoomId, RoomListItem, ServerPayload, UserId } from '@roomful/protocol'
import type { UsersItem } from '../pipeline/activity-items'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import type { Attendance } from '../stores/port'
import type { Device } from './device'
import type { DeviceRegistry } from './device-registry'

/** These users' list items for these rooms, read in one snapshot; at most `ACTIVITY_STEP` of them. */
export type ReadItems = (pairs: readonly Attendance[]) => Promise<readonly UsersItem[]>

/** A list of rooms is fresh enough when it is a second old. */
const ACTIVITY_INTERVAL_MS = 1_000
/** Items that one query reads and one step sends before it yields to the event loop: some five milliseconds of work. */
export const ACTIVITY_STEP = 100
/** Users that are checked before it yields: a microsecond each. */
const LOOK_STEP = 2_000

/** Rooms to send, and whether with their row: its name, settings or metadata may be new to the device. */
type Dirty = Map<RoomId, boolean>
type Todo = Map<UserId, Dirty>
type ActivityItem = ServerPayload<'room-activity'>['rooms'][number]

/**
 * Keeps room lists fresh without subscriptions: members' devices that have not subscribed to a room get its new head,
 * preview and unread, and its row where that has changed; all rooms of a user in one frame and at most one a second.
 */
export class Activity {
  readonly #dirtyRooms: Dirty = new Map()
  /** Rooms that changed for one user only: another device of that user read or closed them. */
  readonly #dirtyForUser = new Map<UserId, Dirty>()
  #cancel: (() => void) | undefined
  #stopped = false

  constructor(
    private readonly deps: {
      clock: Clock
      devices: DeviceRegistry
      readItems: ReadItems
      /** Yields to the event loop. */
      pause: () => Promise<void>
      log: Log
    },
  ) {}

  /** `withRow`: the room's own row has changed, or may have. */
  noteRoom(roomId: RoomId, withRow: boolean): void {
    if (this.deps.devices.membersOf(roomId).size === 0) return
    note(this.#dirtyRooms, roomId, withRow)
    this.#arm()
  }

  /** `connectionId`: of the device that read it, which needs no update. The user's others may be on any node. */
  noteRead(userId: UserId, roomId: RoomId, connectionId?: string): void {
    const others = [...this.deps.devices.of(userId)].filter((device) => device.id !== connectionId)
    if (others.length > 0) this.#noteFor(userId, roomId, false)
  }

  /** This user's devices may have missed anything of the room. */
  refresh(userId: UserId, roomId: RoomId): void {
    if (this.deps.devices.of(userId).size > 0) this.#noteFor(userId, roomId, true)
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
        this.deps.log.warn({ err: error }, 'room activity was not sent'),
      )
    })
  }

  /** One batch at a time: when the store is slow, lists get staler and the queue does not grow. */
  async #flush(): Promise<void> {
    const todo: Todo = new Map()
    try {
      await this.#collect(todo)
      for (const batch of batchesOf(todo)) {
        if (this.#stopped) return
        await this.#send(batch, todo)
        for (const { userId, roomId } of batch) {
          const rooms = todo.get(userId)
          rooms?.delete(roomId)
          if (rooms?.size === 0) todo.delete(userId)
        }
        await this.deps.pause()
      }
    } finally {
      // The store failed: the next flush sends what is left.
      for (const [userId, rooms] of todo)
        if (this.deps.devices.of(userId).size > 0)
          for (const [roomId, withRow] of rooms) this.#noteFor(userId, roomId, withRow)
      this.#cancel = undefined
      if (this.#dirtyRooms.size + this.#dirtyForUser.size > 0) this.#arm()
    }
  }

  async #collect(todo: Todo): Promise<void> {
    for (const [userId, rooms] of this.#dirtyForUser) todo.set(userId, rooms)
    this.#dirtyForUser.clear()
    const rooms = [...this.#dirtyRooms]
    this.#dirtyRooms.clear()
    let looked = 0
    for (const [roomId, withRow] of rooms)
      for (const userId of [...this.deps.devices.membersOf(roomId)]) {
        if (this.#unsubscribed(userId, roomId))
          todo.set(userId, note(todo.get(userId) ?? new Map(), roomId, withRow))
        if (++looked % LOOK_STEP === 0) await this.deps.pause()
      }
  }

  #unsubscribed(userId: UserId, roomId: RoomId): boolean {
    for (const device of this.deps.devices.of(userId)) if (wants(device, roomId)) return true
    return false
  }

  async #send(batch: readonly Attendance[], todo: Todo): Promise<void> {
    const { devices, readItems } = this.deps
    const itemsByUser = new Map<UserId, ActivityItem[]>()
    for (const { userId, item } of await readItems(batch)) {
      const { id } = item.room
      // Removed during the read: the user's devices must receive nothing more of the room (I14).
      if (!devices.membersOf(id).has(userId)) continue
      const activityItem = toActivity(item, todo.get(userId)?.get(id) ?? false)
      itemsByUser.set(userId, [...(itemsByUser.get(userId) ?? []), activityItem])
    }
    for (const [userId, all] of itemsByUser)
      for (const device of devices.of(userId)) {
        const rooms = all.filter(({ roomId }) => wants(device, roomId))
        if (rooms.length > 0) device.connection.emit('room-activity', { rooms })
      }
  }
}

/** Batches for one query each: a user's rooms stay together unless they exceed a batch. */
function* batchesOf(todo: Todo): Iterable<readonly Attendance[]> {
  let batch: Attendance[] = []
  for (const [userId, rooms] of [...todo]) {
    if (batch.length + rooms.size > ACTIVITY_STEP && batch.length > 0) {
      yield batch
      batch = []
    }
    for (const roomId of rooms.keys()) {
      batch.push({ roomId, userId })
      if (batch.length < ACTIVITY_STEP) continue
      yield batch
      batch = []
    }
  }
  if (batch.length > 0) yield batch
}

const note = (dirty: Dirty, roomId: RoomId, withRow: boolean): Dirty =>
  dirty.set(roomId, withRow || (dirty.get(roomId) ?? false))

const wants = (device: Device, roomId: RoomId): boolean => device.protocol === 2 && !device.rooms.has(roomId)

function toActivity({ room, lastReadSeq, unread, preview }: RoomListItem, withRow: boolean): ActivityItem {
  const { id: roomId, rev, lastSeq, memberCount } = room
  return {
    ...{ roomId, rev, lastSeq, lastReadSeq, unread, preview },
    ...(memberCount === undefined ? {} : { memberCount }),
    ...(withRow ? { room } : {}),
  }
}
