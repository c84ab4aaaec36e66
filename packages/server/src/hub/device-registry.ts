import type { RoomId, UserId } from '@roomful/protocol'
import type { InvitationPolicy } from '../core/consent'
import type { Device } from './device'

/** Of so many users who are not here (any more) it is remembered which rooms they are in: who is notified of them. */
const DEPARTED_KEPT = 10_000

/** The rooms of a user, and whether they came into each by themselves: another may have put them there. */
type Rooms = Map<RoomId, boolean>

/** Who is connected to this node, and which rooms each connected user is known to be in. */
export class DeviceRegistry {
  readonly #byUser = new Map<UserId, { devices: Set<Device>; rooms: Rooms }>()
  readonly #membersHere = new Map<RoomId, Set<UserId>>()
  readonly #departed = new Map<UserId, Rooms>()
  #count = 0

  /** `policy`: under `consent` only the rooms that both came into by themselves make two users known to each other. */
  constructor(private readonly policy: InvitationPolicy = 'open') {}

  get size(): number {
    return this.#count
  }

  /** How many users are connected. */
  get people(): number {
    return this.#byUser.size
  }

  /** True: it is the user's first device on this node. */
  add(device: Device): boolean {
    const user = this.#byUser.get(device.userId)
    this.#count++
    if (user) {
      user.devices.add(device)
      return false
    }
    const rooms = this.#departed.get(device.userId) ?? new Map<RoomId, boolean>()
    this.#departed.delete(device.userId)
    this.#byUser.set(device.userId, { devices: new Set([device]), rooms })
    for (const roomId of rooms.keys()) this.#remember(roomId, device.userId)
    return true
  }

  /** True: it was the user's last device on this node. */
  remove(device: Device): boolean {
    const user = this.#byUser.get(device.userId)
    if (!user?.devices.delete(device)) return false
    this.#count--
    if (user.devices.size > 0) return false
    for (const roomId of user.rooms.keys()) this.#forget(roomId, device.userId)
    this.#byUser.delete(device.userId)
    this.#keepDeparted(device.userId, user.rooms)
    return true
  }

  /** Are the rooms of this user known? */
  knows(userId: UserId): boolean {
    return this.#byUser.has(userId) || this.#departed.has(userId)
  }

  /** The user is in this room, and connected to another node if at all. */
  noteElsewhere(userId: UserId, roomId: RoomId, added: boolean): void {
    if (this.noteMember(userId, roomId, added) || this.#byUser.has(userId)) return
    this.#keepDeparted(userId, new Map(this.#departed.get(userId) ?? []).set(roomId, !added))
  }

  #keepDeparted(userId: UserId, rooms: Rooms): void {
    this.#departed.set(userId, rooms)
    const [longestGone] = this.#departed.keys()
    if (this.#departed.size > DEPARTED_KEPT && longestGone !== undefined) this.#departed.delete(longestGone)
  }

  of(userId: UserId): ReadonlySet<Device> {
    return this.#byUser.get(userId)?.devices ?? NOBODY
  }

  /** All connected users. */
  users(): Iterable<UserId> {
    return this.#byUser.keys()
  }

  *all(): Iterable<Device> {
    for (const { devices } of this.#byUser.values()) yield* devices
  }

  /**
   * Notes that a connected user is in a room, and whether another put them there. False: they were known to be in it, or are
   * not connected.
   */
  noteMember(userId: UserId, roomId: RoomId, added: boolean): boolean {
    const user = this.#byUser.get(userId)
    if (!user) this.#departed.get(userId)?.set(roomId, !added)
    if (!user) return false
    const isNew = !user.rooms.has(roomId)
    user.rooms.set(roomId, !added)
    if (isNew) this.#remember(roomId, userId)
    return isNew
  }

  forgetMember(userId: UserId, roomId: RoomId): void {
    this.#departed.get(userId)?.delete(roomId)
    if (this.#byUser.get(userId)?.rooms.delete(roomId)) this.#forget(roomId, userId)
  }

  /** The rooms that a connected user is known to be in. */
  roomsOf(userId: UserId): Iterable<RoomId> {
    return this.#byUser.get(userId)?.rooms.keys() ?? []
  }

  /** The rooms that connected users are known to be in. */
  rooms(): Iterable<RoomId> {
    return this.#membersHere.keys()
  }

  /** The connected users who are known to be in this room. */
  membersOf(roomId: RoomId): ReadonlySet<UserId> {
    return this.#membersHere.get(roomId) ?? NO_USERS
  }

  /** May one see the other's presence? For a user who has disconnected, their last known rooms count. */
  shareRoom(a: UserId, b: UserId): boolean {
    if (a === b) return true
    const [mine, theirs] = [a, b].map((id) => this.#byUser.get(id)?.rooms ?? this.#departed.get(id))
    if (!mine || !theirs) return false
    const [fewer, more] = mine.size < theirs.size ? [mine, theirs] : [theirs, mine]
    for (const [roomId, byThemselves] of fewer) {
      const others = more.get(roomId)
      if (others !== undefined && (this.policy === 'open' || (byThemselves && others))) return true
    }
    return false
  }

  #remember(roomId: RoomId, userId: UserId): void {
    const members = this.#membersHere.get(roomId)
    if (members) members.add(userId)
    else this.#membersHere.set(roomId, new Set([userId]))
  }

  #forget(roomId: RoomId, userId: UserId): void {
    const members = this.#membersHere.get(roomId)
    members?.delete(userId)
    if (members?.size === 0) this.#membersHere.delete(roomId)
  }
}

const NOBODY: ReadonlySet<Device> = new Set()
const NO_USERS: ReadonlySet<UserId> = new Set()
