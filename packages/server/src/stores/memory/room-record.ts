import type { AuditEntry, Member, MessageId, Room, RoomId, UserId } from '@roomful/protocol'
import { msOfIso } from '../../core/iso-time'
import { type Facts, type Need, type Plan, pairKey, type StoredMessage } from '../../core/ops'
import { isPresent } from '../../core/present'
import { tombstoneOf } from '../../core/stored-message'
import type { Keep } from '../../ephemeral/ephemeral-store'
import type { Cell, Versions } from './versions'

/** When the log of revs has this many entries more than twice the rows, the outdated ones are dropped. */
const LOG_SLACK = 64

/** The time and message of a done op. */
export type DoneOp = { readonly messageId: MessageId; readonly at: number }

/** One room: rows in cells, and the indexes by which commits and queries find them in one step. */
export class RoomRecord {
  head: Cell<Room>
  /** By seq: the first message is at 0. Undefined in its cell: it was purged. */
  readonly messages: Cell<StoredMessage | undefined>[] = []
  /** The first kept seq. */
  floor: Cell<number>
  /** The parts of purged messages that answer a late retry (I4), by pairKey. */
  readonly purgedSends = new Map<string, StoredMessage>()
  /** Which message was written at which rev, ascending. An entry is outdated when its row has a later rev. */
  log: { readonly rev: number; readonly seq: number }[] = []
  readonly members = new Map<UserId, Cell<Member>>()
  /** By member, the newest message when they hid the room. In no snapshot: it is read alone. */
  readonly hidden = new Map<UserId, number>()
  readonly audit: Cell<AuditEntry>[] = []
  /** By pairKey, in the order of `at`. */
  readonly opIds = new Map<string, DoneOp>()
  /** The file that a message shows, or did, by seq. */
  readonly fileIds = new Map<number, string>()
  /** Seqs of messages that are pinned, or were. */
  readonly pinnedSeqs = new Set<number>()
  /** Seqs of messages that grow, or have grown. */
  readonly grownSeqs = new Set<number>()
  /** Users who have left, in order. */
  private readonly departed = new Set<UserId>()
  private readonly seqs = new Map<MessageId, number>()
  private readonly byClientId = new Map<string, number>()
  private readonly lastSendAt = new Map<UserId, number>()
  private owners = 0
  private memberCount = 0
  private readonly sortedIds: UserId[] = []

  constructor(
    private readonly versions: Versions,
    room: Room,
  ) {
    this.head = versions.write<Room>(undefined, room)
    this.floor = versions.write<number>(undefined, 1)
  }

  get id(): RoomId {
    return this.head.value.id
  }

  /** All who are or were in the room, by user id. */
  get memberIds(): readonly UserId[] {
    return this.sortedIds
  }

  seqOf(messageId: MessageId): number | undefined {
    return this.seqs.get(messageId)
  }

  factsFor(need: Need): Facts {
    const messageOf = (seq: number | undefined): StoredMessage | undefined =>
      seq === undefined ? undefined : this.messages[seq - 1]?.value
    return {
      room: this.head.value,
      members: pick(
        need.userIds,
        (id) => id,
        (id) => this.members.get(id)?.value,
      ),
      messages: pick(
        need.messageIds,
        (id) => id,
        (id) => messageOf(this.seqs.get(id)),
      ),
      byClientId: pick(
        need.clientIds,
        ({ userId, clientId }) => pairKey(userId, clientId),
        ({ userId, clientId }) => {
          const key = pairKey(userId, clientId)
          return messageOf(this.byClientId.get(key)) ?? this.purgedSends.get(key)
        },
      ),
      opIds: pick(
        need.opIds,
        ({ userId, opId }) => pairKey(userId, opId),
        ({ userId, opId }) => this.opIds.get(pairKey(userId, opId))?.messageId,
      ),
      owners: this.owners,
      pins: need.pins ? [...this.pinnedSeqs].filter((seq) => messageOf(seq)?.pinned).length : 0,
      lastSendAt: pick(
        need.lastSendOf,
        (id) => id,
        (id) => this.lastSendAt.get(id),
      ),
    }
  }

  /** Within a write transaction. */
  apply(plan: Plan, at: number): void {
    for (const member of plan.members) this.putMember(member)
    const { memberCount } = this
    this.head = this.versions.write(this.head, {
      ...(plan.room ?? this.head.value),
      ...plan.head,
      memberCount,
    })
    for (const message of plan.messages) this.putMessage(message)
    const writes = plan.messages.map(({ rev, seq }) => ({ rev, seq }))
    this.log.push(...writes.sort((a, b) => a.rev - b.rev))
    for (const { userId, opId, messageId } of plan.opIds)
      this.opIds.set(pairKey(userId, opId), { messageId, at })
    for (const entry of plan.audit) this.audit.push(this.versions.write<AuditEntry>(undefined, entry))
    this.compactLog()
  }

  putMember(member: Member): void {
    const before = this.members.get(member.userId)
    if (!before) this.sortedIds.splice(firstNotBelow(this.sortedIds, member.userId), 0, member.userId)
    this.departed.delete(member.userId)
    if (member.removed === 'left') this.departed.add(member.userId)
    this.owners += Number(isPresentOwner(member)) - Number(isPresentOwner(before?.value))
    this.memberCount += Number(isPresent(member)) - Number(isPresent(before?.value))
    this.members.set(member.userId, this.versions.write(before, member))
  }

  /** Within a write transaction; returns what was purged. `belowSeq` is at most the head plus one. */
  purge(belowSeq: number): StoredMessage[] {
    const gone: StoredMessage[] = []
    for (let index = this.floor.value - 1; index < belowSeq - 1; index++) {
      const cell = this.messages[index]
      if (!cell?.value) continue
      const { senderId, clientId, id } = cell.value
      if (clientId !== undefined) {
        this.byClientId.delete(pairKey(senderId, clientId))
        this.purgedSends.set(pairKey(senderId, clientId), tombstoneOf(cell.value))
      }
      this.seqs.delete(id)
      gone.push(cell.value)
      this.messages[index] = this.versions.write<StoredMessage | undefined>(cell, undefined)
    }
    this.floor = this.versions.write(this.floor, belowSeq)
    return gone
  }

  /** For a room that is never stored: drops the oldest excess. Returns the users without a row now. */
  trim({ ops, audit, departed }: Keep): UserId[] {
    for (const key of this.opIds.keys()) {
      if (this.opIds.size <= ops) break
      this.opIds.delete(key)
    }
    this.audit.splice(0, Math.max(0, this.audit.length - audit))
    const gone: UserId[] = []
    for (const userId of this.departed) {
      if (this.departed.size <= departed) break
      this.departed.delete(userId)
      this.members.delete(userId)
      this.lastSendAt.delete(userId)
      this.sortedIds.splice(firstNotBelow(this.sortedIds, userId), 1)
      gone.push(userId)
    }
    return gone
  }

  forgetOps(beforeMs: number): number {
    let count = 0
    for (const [key, { at }] of this.opIds) if (at < beforeMs && this.opIds.delete(key)) count++
    return count
  }

  /** For a record made from a backup: its messages begin at this seq. */
  beginAt(floorSeq: number): void {
    for (let seq = 1; seq < floorSeq; seq++) this.messages.push(this.versions.write(undefined, undefined))
    this.floor = this.versions.write<number>(undefined, floorSeq)
  }

  private putMessage(message: StoredMessage): void {
    const index = message.seq - 1
    const before = this.messages[index]
    if (!before) {
      if (index !== this.messages.length) throw new Error(`seq ${message.seq} would leave a hole`)
      this.seqs.set(message.id, message.seq)
      if (message.clientId !== undefined) {
        this.byClientId.set(pairKey(message.senderId, message.clientId), message.seq)
      }
      if (message.type !== 'system') this.noteSpoken(message.senderId, message.createdAt)
    }
    // Only its sender can edit, and an edit counts as a send.
    if (message.editedAt !== null && message.editedAt !== before?.value?.editedAt)
      this.noteSpoken(message.senderId, message.editedAt)
    if (message.pinned) this.pinnedSeqs.add(message.seq)
    if (message.stream) this.grownSeqs.add(message.seq)
    this.messages[index] = this.versions.write(before, message)
  }

  private noteSpoken(senderId: UserId, at: string): void {
    this.lastSendAt.set(senderId, Math.max(msOfIso(at), this.lastSendAt.get(senderId) ?? 0))
  }

  private compactLog(): void {
    // An older snapshot still needs the entries that are outdated for all others.
    if (this.log.length <= this.messages.length * 2 + LOG_SLACK || this.versions.hasReaders) return
    this.log = this.log.filter(({ rev, seq }) => this.messages[seq - 1]?.value?.rev === rev)
  }
}

const isPresentOwner = (member: Member | undefined): boolean => isPresent(member) && member.role === 'owner'

/** By binary search. */
function firstNotBelow(sorted: readonly UserId[], userId: UserId): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? '') < userId) low = middle + 1
    else high = middle
  }
  return low
}

function pick<T, K, V>(
  wanted: readonly T[],
  keyOf: (item: T) => K,
  find: (item: T) => V | undefined,
): Map<K, V> {
  const found = new Map<K, V>()
  for (const item of wanted) {
    const value = find(item)
    if (value !== undefined) found.set(keyOf(item), value)
  }
  return found
}
