import type { Report, Room, RoomId, UserId } from '@roomful/protocol'
import type { Facts, Need, OutboxEvent, Plan } from '../../core/ops'
import { countPresent, isPresent } from '../../core/present'
import { isSameProfile } from '../../core/profile'
import type { Keep } from '../../ephemeral/ephemeral-store'
import type { Outbox } from '../outbox'
import {
  type InvitationToWithdraw,
  type NewInvitations,
  type Purged,
  type PutUser,
  putOver,
  type Reader,
  roomWasDeleted,
  type Store,
  StoreError,
  type UserToPut,
} from '../port'
import { type Backup, backupOf, restore } from './backup'
import { MemoryReader } from './memory-reader'
import { Tables } from './tables'
import { unreadIn } from './unread-in'

type MemoryStoreOptions = {
  /** Names this history; a store made from an old backup needs a new one. Random by default. */
  readonly epoch?: string
  readonly backup?: Backup
  /** Milliseconds since the epoch: only to drop expired revocations and old ops. */
  readonly now?: () => number
  /** How much of each room is kept if rooms are never stored. All by default. */
  readonly keep?: Keep
}

/**
 * The store of `memory:` servers, tests and the simulator. JavaScript runs one thing at a time, so a commit that never
 * awaits is a transaction under a lock. Rows are never changed in place: a row that was read stays the same.
 */
export class MemoryStore implements Store {
  readonly kind = 'memory'
  readonly epoch: string
  private readonly tables: Tables
  private readonly now: () => number
  private readonly keep: Keep | undefined
  private closed = false

  constructor({ epoch = crypto.randomUUID(), backup, now = Date.now, keep }: MemoryStoreOptions) {
    this.epoch = epoch
    this.now = now
    this.keep = keep
    this.tables = backup ? restore(backup) : new Tables()
  }

  get outbox(): Outbox {
    return this.tables.outbox
  }

  async commit(roomId: RoomId, need: Need, decide: (facts: Facts) => Plan): Promise<Plan> {
    this.checkOpen()
    const record = this.tables.live(roomId)
    if (!record) return decide(NO_ROOM)
    const plan = decide(record.factsFor(need))
    if (plan.changes.length === 0 && plan.opIds.length === 0) return plan
    this.tables.versions.begin()
    record.apply(plan, this.now())
    for (const member of plan.members) this.tables.indexMember(member)
    for (const message of plan.messages) this.tables.indexMessage(message)
    if (this.keep) this.tables.trim(record, this.keep)
    this.tables.outbox.keep(plan.outbox ?? [])
    return plan
  }

  async read<T>(reads: (reader: Reader) => Promise<T>): Promise<T> {
    this.checkOpen()
    const snapshot = this.tables.versions.openSnapshot()
    try {
      return await reads(new MemoryReader(this.tables, snapshot))
    } finally {
      this.tables.versions.closeSnapshot(snapshot)
    }
  }

  async createRoom({
    room,
    members,
    dmKey,
    outbox = [],
  }: Parameters<Store['createRoom']>[0]): Promise<{ room: Room; created: boolean }> {
    this.checkOpen()
    const roomId = (dmKey === undefined ? undefined : this.tables.dmKeys.get(dmKey)) ?? room.id
    if (this.tables.deletedRooms.has(roomId)) throw roomWasDeleted()
    const there = this.tables.rooms.get(roomId)
    if (there) return { room: there.head.value, created: false }
    this.tables.versions.begin()
    const counted = { ...room, memberCount: countPresent(members) }
    const record = this.tables.addRoom(counted, dmKey)
    for (const member of members) {
      record.putMember(member)
      this.tables.indexMember(member)
    }
    this.tables.outbox.keep(outbox)
    return { room: counted, created: true }
  }

  async putUser(given: UserToPut, namedAt = 0, outbox: readonly OutboxEvent[] = []): Promise<PutUser> {
    this.checkOpen()
    const held = this.tables.users.get(given.id)?.value
    const user = putOver(held, given)
    if (held && (isSameProfile(held, user) || held.namedAt > namedAt)) return putOver(undefined, held)
    this.tables.versions.begin()
    this.tables.putUser({ ...user, namedAt })
    if (held) return user
    this.tables.outbox.keep(outbox)
    return { ...user, isNew: true }
  }

  async markRead(
    roomId: RoomId,
    userId: UserId,
    seq: number,
  ): Promise<{ seq: number; unread: number } | undefined> {
    this.checkOpen()
    const { versions } = this.tables
    const record = this.tables.live(roomId)
    const member = record?.members.get(userId)?.value
    if (!record || !isPresent(member)) return undefined
    // Forward only, and never past the head (I6).
    const lastReadSeq = Math.max(member.lastReadSeq, Math.min(seq, record.head.value.lastSeq))
    const moved = lastReadSeq > member.lastReadSeq
    const marked = moved ? { ...member, lastReadSeq } : member
    if (moved) {
      versions.begin()
      record.putMember(marked)
    }
    return { seq: lastReadSeq, unread: unreadIn(record, marked, { version: Infinity }) }
  }

  async purge(roomId: RoomId, belowSeq: number): Promise<number | undefined> {
    this.checkOpen()
    const record = this.tables.live(roomId)
    if (!record) return undefined
    this.tables.versions.begin()
    return this.tables.purge(record, belowSeq)
  }

  async deleteRoom(
    roomId: RoomId,
    _by: UserId,
    _atMs: number,
    outbox: readonly OutboxEvent[] = [],
  ): Promise<boolean> {
    this.checkOpen()
    if (!this.tables.live(roomId)) return false
    this.tables.versions.begin()
    this.tables.markDeleted(roomId)
    for (const [dmKey, id] of this.tables.dmKeys) if (id === roomId) this.tables.dmKeys.delete(dmKey)
    this.tables.outbox.keep(outbox)
    return true
  }

  async purgeDeleted(): Promise<Purged> {
    this.checkOpen()
    const roomId = this.tables.toPurge()
    return roomId === undefined ? { rows: 0, fileIds: [] } : this.tables.forget(roomId)
  }

  async forgetOps(beforeMs: number): Promise<number> {
    this.checkOpen()
    let count = 0
    for (const record of this.tables.rooms.values()) count += record.forgetOps(beforeMs)
    return count
  }

  async invite(invitations: NewInvitations): Promise<readonly UserId[] | undefined> {
    this.checkOpen()
    const shownTo = this.tables.people.invite(invitations)
    if (shownTo) this.tables.outbox.keep(invitations.outbox?.(shownTo) ?? [])
    return shownTo
  }

  async answerInvitation(userId: UserId, roomId: RoomId, answer: 'accepted' | 'declined'): Promise<boolean> {
    this.checkOpen()
    return this.tables.people.answer(userId, roomId, answer)
  }

  async withdrawInvitation(invitation: InvitationToWithdraw): Promise<boolean> {
    this.checkOpen()
    return this.tables.people.withdraw(invitation)
  }

  async forgetInvitations(beforeMs: number): Promise<number> {
    this.checkOpen()
    return this.tables.people.forget(beforeMs)
  }

  async block(userId: UserId, blockedId: UserId, at: string): Promise<readonly RoomId[] | undefined> {
    this.checkOpen()
    return this.tables.people.block(userId, blockedId, at)
  }

  async unblock(userId: UserId, blockedId: UserId): Promise<void> {
    this.checkOpen()
    this.tables.people.unblock(userId, blockedId)
  }

  async hide(
    roomId: RoomId,
    userId: UserId,
    hidden: boolean,
  ): Promise<{ hiddenSeq: number | null } | undefined> {
    this.checkOpen()
    const record = this.tables.rooms.get(roomId)
    if (!record || !isPresent(record.members.get(userId)?.value)) return undefined
    const { lastSeq } = record.head.value
    if (hidden) record.hidden.set(userId, lastSeq)
    else record.hidden.delete(userId)
    return { hiddenSeq: hidden ? lastSeq : null }
  }

  async putReport(report: Report, outbox: readonly OutboxEvent[] = []): Promise<void> {
    this.checkOpen()
    this.tables.versions.begin()
    this.tables.putReport(report, this.keep?.reports)
    this.tables.outbox.keep(outbox)
  }

  /** Removes the whole room, also from snapshots that are being read. */
  removeRoom(roomId: RoomId): void {
    this.tables.removeRoom(roomId)
  }

  async revokeSession(sid: string, untilMs: number): Promise<void> {
    this.checkOpen()
    const { revokedSessions } = this.tables
    const now = this.now()
    // Tokens of these sessions have expired: without this the list would grow for ever.
    for (const [old, until] of revokedSessions) if (until < now) revokedSessions.delete(old)
    revokedSessions.set(sid, Math.max(untilMs, revokedSessions.get(sid) ?? 0))
  }

  async endSessions(userId: UserId, atMs: number, untilMs: number): Promise<void> {
    this.checkOpen()
    const { endedSessions } = this.tables
    for (const [old, { untilMs: until }] of endedSessions) if (until < this.now()) endedSessions.delete(old)
    const held = endedSessions.get(userId)
    if ((held?.atMs ?? 0) <= atMs) endedSessions.set(userId, { atMs, untilMs })
  }

  async resumeSessions(userId: UserId, atMs: number): Promise<void> {
    this.checkOpen()
    const held = this.tables.endedSessions.get(userId)
    if (held) this.tables.endedSessions.set(userId, { ...held, atMs: Math.min(held.atMs, atMs) })
  }

  async forgetUser(userId: UserId): Promise<void> {
    this.checkOpen()
    this.tables.users.delete(userId)
  }

  async sessionsEnded(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, number>> {
    this.checkOpen()
    return new Map(
      userIds.flatMap((userId) => {
        const held = this.tables.endedSessions.get(userId)
        return held ? [[userId, held.atMs]] : []
      }),
    )
  }

  async isSessionRevoked(sid: string): Promise<boolean> {
    this.checkOpen()
    return this.tables.revokedSessions.has(sid)
  }

  async revokedSessions(sids: readonly string[]): Promise<readonly string[]> {
    this.checkOpen()
    return sids.filter((sid) => this.tables.revokedSessions.has(sid))
  }

  async ping(): Promise<void> {
    this.checkOpen()
  }

  async close(): Promise<void> {
    this.closed = true
  }

  /** The present content, to make another store from: a restored backup, or a restarted server. */
  backup(): Backup {
    return backupOf(this.tables)
  }

  private checkOpen(): void {
    if (this.closed) throw new StoreError('UNAVAILABLE', 'the store is closed')
  }
}

export function createMemoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  return new MemoryStore(options)
}

const NO_ROOM: Facts = {
  room: undefined,
  members: new Map(),
  messages: new Map(),
  byClientId: new Map(),
  opIds: new Map(),
  owners: 0,
  pins: 0,
  lastSendAt: new Map(),
}
