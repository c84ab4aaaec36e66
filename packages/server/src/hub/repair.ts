import type { Head, Removal, RoomId, UserId } from '@roomful/protocol'
import type { Membership } from '../stores/port'
import type { Peers } from './peers'

/** The rooms that a user is in, and these besides, whether he is in them or not; in one snapshot. */
export type ReadMemberships = (userId: UserId, roomIds: readonly RoomId[]) => Promise<readonly Membership[]>

export type RepairDeps = {
  readonly peers: Peers
  readonly readMemberships: ReadMemberships
  /** Other nodes write too, and something that they told since it was asked last may be lost: all is looked at. */
  readonly mayHaveMissed: () => boolean
  readonly onBehind: (roomId: RoomId, head: Head) => void
  readonly onRemoved: (userId: UserId, roomId: RoomId, reason: Removal) => void
  readonly onAdded: (userId: UserId, roomId: RoomId) => void
  /** He has read on, on another node. */
  readonly onRead: (userId: UserId, roomId: RoomId) => void
  /** Rooms that devices of this node have open. */
  readonly openRooms: () => Iterable<RoomId>
  /** Who is in the room, and has read up to where; nobody, where they are too many to be told. */
  readonly readReads: (roomId: RoomId) => Promise<readonly (readonly [UserId, number])[]>
  /** One of them has read on, wherever he is: for those who have the room open. */
  readonly onReceipt: (roomId: RoomId, userId: UserId, seq: number) => void
  /** Ends the connections of sessions that the database has as revoked, and takes over the names that it has. */
  readonly checkIdentities: () => Promise<void>
}

/**
 * Finds what nobody told this node: the commit of a node that died before it published, one whose answer was lost, a
 * message that the bus lost. The database is the truth, and what is told is only its echo (I14, P5, P8, P16).
 */
export class Repair {
  readonly #revs = new Map<RoomId, number>()
  readonly #doubts = new Set<RoomId>()
  /** Read cursors as they were last seen, of those who are connected. */
  readonly #reads = new Map<UserId, Map<RoomId, number>>()
  /** The same of everybody in the rooms that are open here. */
  readonly #receipts = new Map<RoomId, Map<UserId, number>>()
  #isRunning = false
  /** Something may have been missed, and no look has come to its end since. */
  #owesAll = false

  constructor(private readonly deps: RepairDeps) {}

  noteHead(roomId: RoomId, { rev }: Head): void {
    if (rev > (this.#revs.get(roomId) ?? 0)) this.#revs.set(roomId, rev)
  }

  /** Has this node received all commits of the room up to this head? */
  isUpTo(roomId: RoomId, { rev }: Head): boolean {
    return (this.#revs.get(roomId) ?? -1) >= rev
  }

  /** A commit of this room may have happened, and nobody knows. */
  doubt(roomId: RoomId): void {
    this.#doubts.add(roomId)
  }

  /** Anything may have been committed that nobody told: the next look is at everything. */
  doubtAll(): void {
    this.#owesAll = true
  }

  /** One look at the database, user by user: where it is slow, the next turn comes later instead of beside. */
  async run(): Promise<void> {
    if (this.#isRunning) return
    this.#isRunning = true
    // What comes into doubt from here on, or cannot be looked at now, is for the next turn.
    const doubts = [...this.#doubts]
    this.#doubts.clear()
    let isDone = false
    this.#owesAll = this.deps.mayHaveMissed() || this.#owesAll
    try {
      for (const userId of this.#concerned(doubts)) await this.#check(userId, doubts)
      for (const roomId of this.#openAmong(doubts)) await this.#checkReceipts(roomId)
      if (this.#owesAll) await this.deps.checkIdentities()
      this.#owesAll = false
      isDone = true
    } finally {
      this.#isRunning = false
      if (!isDone) for (const roomId of doubts) this.#doubts.add(roomId)
    }
    const { peers } = this.deps
    for (const userId of this.#reads.keys()) if (peers.of(userId).size === 0) this.#reads.delete(userId)
    for (const roomId of this.#revs.keys()) if (peers.membersOf(roomId).size === 0) this.#revs.delete(roomId)
  }

  /** In doubt about a room, everybody is concerned: it may have been an invitation. */
  #concerned(doubts: readonly RoomId[]): ReadonlySet<UserId> {
    if (!this.#owesAll && doubts.length === 0) return new Set()
    return new Set([...this.deps.peers.all()].map((peer) => peer.userId))
  }

  /** Receipts take no rev: nothing else shows that one was missed. */
  #openAmong(doubts: readonly RoomId[]): readonly RoomId[] {
    const open = new Set(this.deps.openRooms())
    for (const roomId of this.#receipts.keys()) if (!open.has(roomId)) this.#receipts.delete(roomId)
    return this.#owesAll ? [...open] : doubts.filter((roomId) => open.has(roomId))
  }

  async #checkReceipts(roomId: RoomId): Promise<void> {
    const seen = this.#receipts.get(roomId) ?? new Map<UserId, number>()
    this.#receipts.set(roomId, seen)
    for (const [userId, seq] of await this.deps.readReads(roomId)) {
      if (seq <= (seen.get(userId) ?? 0)) continue
      seen.set(userId, seq)
      this.deps.onReceipt(roomId, userId, seq)
    }
  }

  async #check(userId: UserId, doubts: readonly RoomId[]): Promise<void> {
    const { peers, readMemberships, onBehind, onRemoved, onAdded, onRead } = this.deps
    const known = peers.roomsOf(userId)
    for (const { room, member } of await readMemberships(userId, [...known, ...doubts])) {
      const { id: roomId, rev, lastSeq } = room
      const told = this.#revs.get(roomId) ?? 0
      const isHere = peers.membersOf(roomId).has(userId)
      const isIn = member !== undefined && member.removed === undefined
      // Something newer was told while this was read, but not to whoever is in it unknown to this node.
      if (rev < told) {
        if (isIn && !isHere) this.#doubts.add(roomId)
        continue
      }
      // For the others in it too: whoever is looked at first may be out of it himself.
      if (rev > told) {
        this.noteHead(roomId, { rev, lastSeq })
        onBehind(roomId, { rev, lastSeq })
      }
      if (!isIn) {
        if (isHere) onRemoved(userId, roomId, member?.removed ?? 'left')
        continue
      }
      if (!isHere && peers.noteMember(userId, roomId)) onAdded(userId, roomId)
      const reads = this.#reads.get(userId) ?? new Map<RoomId, number>()
      this.#reads.set(userId, reads)
      if (member.lastReadSeq > (reads.get(roomId) ?? -1)) {
        reads.set(roomId, member.lastReadSeq)
        onRead(userId, roomId)
      }
    }
  }
}
