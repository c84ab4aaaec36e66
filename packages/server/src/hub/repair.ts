import type { Head, Member, Removal, Room, RoomId, UserId } from '@roomful/protocol'
import type { Membership } from '../stores/port'
import type { DeviceRegistry } from './device-registry'

/** The rooms that a user is in, and these as well, member or not; in one snapshot. */
export type ReadMemberships = (userId: UserId, roomIds: readonly RoomId[]) => Promise<readonly Membership[]>

/** A room and the rows of some of its members, in one snapshot; undefined: there is no such room. */
export type RoomMembers = { readonly room: Room; readonly members: readonly Member[] }

export type RepairDeps = {
  readonly devices: DeviceRegistry
  readonly readMemberships: ReadMemberships
  /** The rows of these users, ended memberships included; at most `REPAIR_STEP`. */
  readonly readRows: (roomId: RoomId, userIds: readonly UserId[]) => Promise<RoomMembers | undefined>
  /** Who is in the room, by user id, after `after`. */
  readonly readPresent: (
    roomId: RoomId,
    query: { readonly after?: UserId; readonly limit: number },
  ) => Promise<RoomMembers | undefined>
  /** Yields to the event loop. */
  readonly pause: () => Promise<void>
  /** A message of another node may have been lost since the last call: everything must be checked. */
  readonly mayHaveMissed: () => boolean
  readonly onBehind: (roomId: RoomId, head: Head) => void
  readonly onRemoved: (userId: UserId, roomId: RoomId, reason: Removal | 'deleted') => void
  /** Which of these rooms were deleted. */
  readonly readDeleted: (roomIds: readonly RoomId[]) => Promise<readonly RoomId[]>
  readonly onAdded: (userId: UserId, roomId: RoomId) => void
  /** The user has read on, on another node. */
  readonly onRead: (userId: UserId, roomId: RoomId) => void
  /** Rooms that devices of this node have open. */
  readonly openRooms: () => Iterable<RoomId>
  /** The room's members with their read cursors; empty if the room is too large for receipts. */
  readonly readReads: (roomId: RoomId) => Promise<readonly (readonly [UserId, number])[]>
  /** A member has read on, on any node: for devices that have the room open. */
  readonly onReceipt: (roomId: RoomId, userId: UserId, seq: number) => void
  /** Applies the names that the database has. */
  readonly checkIdentities: () => Promise<void>
}

/** Members of one room that one query reads. */
export const REPAIR_STEP = 200
/** Users, or rooms, between two yields to the event loop. */
const PAUSE_AFTER = 20
/** Suspect rooms. Beyond it everything is checked, which costs no more than all users' rooms do. */
const SUSPECTS_MAX = 10_000

/**
 * Finds commits that this node did not receive: of a node that died before it published, one whose answer was lost, or
 * one whose bus message was lost. The database is the truth, and messages only echo it (I14, P5, P8, P16).
 *
 * A suspect room is checked alone. That costs the smaller of its member count and the users connected here. Every user
 * is checked only when anything at all may have been missed.
 */
export class Repair {
  readonly #revs = new Map<RoomId, number>()
  readonly #suspects = new Set<RoomId>()
  /** The read cursors last seen, of connected users. */
  readonly #reads = new Map<UserId, Map<RoomId, number>>()
  /** The same, of all members of the rooms that are open here. */
  readonly #receipts = new Map<RoomId, Map<UserId, number>>()
  #isRunning = false
  /** Something may have been missed, and no check has completed since. */
  #mustCheckAll = false
  #steps = 0

  constructor(private readonly deps: RepairDeps) {}

  noteHead(roomId: RoomId, { rev }: Head): void {
    if (rev > (this.#revs.get(roomId) ?? 0)) this.#revs.set(roomId, rev)
  }

  /** Has this node received all commits of the room up to this head? */
  isUpTo(roomId: RoomId, { rev }: Head): boolean {
    return (this.#revs.get(roomId) ?? -1) >= rev
  }

  /** A commit of this room may have happened unnoticed. */
  suspect(roomId: RoomId): void {
    this.#suspects.add(roomId)
    if (this.#suspects.size <= SUSPECTS_MAX) return
    this.#suspects.clear()
    this.suspectAll()
  }

  /** Any commit may have been missed: the next run checks everything. */
  suspectAll(): void {
    this.#mustCheckAll = true
  }

  /** One check of the database. Runs do not overlap: when it is slow, the next one is skipped. */
  async run(): Promise<void> {
    if (this.#isRunning) return
    this.#isRunning = true
    // Rooms that become suspect from here on, or cannot be read now, wait for the next run.
    const suspects = new Set(this.#suspects)
    this.#suspects.clear()
    const isWhole = this.deps.mayHaveMissed() || this.#mustCheckAll
    this.#mustCheckAll = false
    let isDone = false
    try {
      if (isWhole) await this.#checkUsers()
      for (const roomId of this.#openAmong(isWhole ? 'all' : suspects)) await this.#checkReceipts(roomId)
      for (const roomId of suspects) {
        await this.#checkRoom(roomId)
        suspects.delete(roomId)
      }
      if (isWhole) await this.deps.checkIdentities()
      isDone = true
    } finally {
      this.#isRunning = false
      if (isWhole && !isDone) this.#mustCheckAll = true
      for (const roomId of suspects) this.suspect(roomId)
    }
    const { devices } = this.deps
    for (const userId of this.#reads.keys()) if (devices.of(userId).size === 0) this.#reads.delete(userId)
    for (const roomId of this.#revs.keys())
      if (devices.membersOf(roomId).size === 0) this.#revs.delete(roomId)
  }

  async #checkUsers(): Promise<void> {
    const { devices, readMemberships } = this.deps
    for (const userId of new Set([...devices.all()].map((device) => device.userId))) {
      const known = [...devices.roomsOf(userId)]
      const found = await readMemberships(userId, known)
      for (const { room, member } of found) if (this.#takeHead(room)) this.#take(userId, room.id, member)
      await this.#checkDeleted(userId, known, found)
      await this.#step()
    }
  }

  /** A room that is not found may only be unreachable for now: only a deletion removes it. */
  async #checkDeleted(userId: UserId, known: readonly RoomId[], found: readonly Membership[]): Promise<void> {
    const there = new Set(found.map(({ room }) => room.id))
    const missing = known.filter((roomId) => !there.has(roomId))
    if (missing.length === 0) return
    for (const roomId of await this.deps.readDeleted(missing)) this.deps.onRemoved(userId, roomId, 'deleted')
  }

  /** Receipts take no rev: nothing else shows a missed one. */
  #openAmong(suspects: ReadonlySet<RoomId> | 'all'): readonly RoomId[] {
    const open = new Set(this.deps.openRooms())
    for (const roomId of this.#receipts.keys()) if (!open.has(roomId)) this.#receipts.delete(roomId)
    return suspects === 'all' ? [...open] : [...suspects].filter((roomId) => open.has(roomId))
  }

  async #checkReceipts(roomId: RoomId): Promise<void> {
    const seen = this.#receipts.get(roomId) ?? new Map<UserId, number>()
    this.#receipts.set(roomId, seen)
    for (const [userId, seq] of await this.deps.readReads(roomId)) {
      if (seq <= (seen.get(userId) ?? 0)) continue
      seen.set(userId, seq)
      this.deps.onReceipt(roomId, userId, seq)
    }
    await this.#step()
  }

  /** The known members first, then connected users who may have joined unnoticed. */
  async #checkRoom(roomId: RoomId): Promise<void> {
    const { devices } = this.deps
    const known = [...devices.membersOf(roomId)]
    const memberCount = await this.#checkRows(roomId, known)
    if (memberCount === undefined) {
      if (known.length === 0 || (await this.deps.readDeleted([roomId])).length === 0) return
      for (const userId of known) this.deps.onRemoved(userId, roomId, 'deleted')
      return
    }
    const others = new Set([...devices.all()].map((device) => device.userId))
    for (const userId of known) others.delete(userId)
    if (others.size === 0) return
    if (memberCount > others.size) await this.#checkRows(roomId, [...others])
    else await this.#checkPresent(roomId)
  }

  /** Returns the member count; undefined: there is no such room. */
  async #checkRows(roomId: RoomId, userIds: readonly UserId[]): Promise<number | undefined> {
    let memberCount: number | undefined
    for (let at = 0; at === 0 || at < userIds.length; at += REPAIR_STEP) {
      const asked = userIds.slice(at, at + REPAIR_STEP)
      const found = await this.deps.readRows(roomId, asked)
      if (!found) return undefined
      memberCount = found.room.memberCount ?? Number.POSITIVE_INFINITY
      const rows = new Map(found.members.map((member) => [member.userId, member]))
      if (this.#takeHead(found.room)) for (const userId of asked) this.#take(userId, roomId, rows.get(userId))
      await this.#step()
    }
    return memberCount
  }

  async #checkPresent(roomId: RoomId): Promise<void> {
    let after: UserId | undefined
    do {
      const place = after === undefined ? {} : { after }
      const found = await this.deps.readPresent(roomId, { ...place, limit: REPAIR_STEP })
      if (!found) return
      if (this.#takeHead(found.room))
        for (const member of found.members)
          if (this.deps.devices.of(member.userId).size > 0) this.#take(member.userId, roomId, member)
      after = found.members.length < REPAIR_STEP ? undefined : found.members.at(-1)?.userId
      await this.#step()
    } while (after !== undefined)
  }

  /** False: this node received something newer during the read. Members it does not know of may have missed that. */
  #takeHead({ id: roomId, rev, lastSeq }: Room): boolean {
    const knownRev = this.#revs.get(roomId) ?? 0
    if (rev < knownRev) this.suspect(roomId)
    if (rev <= knownRev) return rev === knownRev
    this.noteHead(roomId, { rev, lastSeq })
    this.deps.onBehind(roomId, { rev, lastSeq })
    return true
  }

  #take(userId: UserId, roomId: RoomId, member: Member | undefined): void {
    const { devices, onRemoved, onAdded, onRead } = this.deps
    const isHere = devices.membersOf(roomId).has(userId)
    if (member === undefined || member.removed !== undefined) {
      if (isHere) onRemoved(userId, roomId, member?.removed ?? 'left')
      return
    }
    if (devices.noteMember(userId, roomId, member.added ?? false)) onAdded(userId, roomId)
    const reads = this.#reads.get(userId) ?? new Map<RoomId, number>()
    this.#reads.set(userId, reads)
    if (member.lastReadSeq <= (reads.get(roomId) ?? -1)) return
    reads.set(roomId, member.lastReadSeq)
    onRead(userId, roomId)
  }

  async #step(): Promise<void> {
    if (++this.#steps % PAUSE_AFTER === 0) await this.deps.pause()
  }
}
