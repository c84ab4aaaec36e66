import type { Member, MessageId, Report, Room, RoomId, User, UserId } from '@roomful/protocol'
import type { StoredMessage } from '../../core/ops'
import { shownFile } from '../../core/shown-file'
import type { Keep } from '../../ephemeral/ephemeral-store'
import { StoreError } from '../port'
import { MemoryOutbox } from './memory-outbox'
import { People } from './people'
import { RoomRecord } from './room-record'
import { ShownFiles } from './shown-files'
import { type Cell, type Snapshot, Versions } from './versions'

/** `namedAt`: when the name was given. */
export type NamedUser = User & { readonly namedAt: number }

/** All data of the memory store. Keyed by Maps: ids come from outside, and `__proto__` may be one. */
export class Tables {
  readonly versions = new Versions()
  readonly rooms = new Map<RoomId, RoomRecord>()
  /** Rooms in which a user is or was: those with a member row. */
  readonly roomsOf = new Map<UserId, Set<RoomId>>()
  readonly roomOfMessage = new Map<MessageId, Cell<RoomId>>()
  readonly shownFiles = new ShownFiles()
  readonly dmKeys = new Map<string, RoomId>()
  readonly users = new Map<UserId, Cell<NamedUser>>()
  readonly reports = new Map<RoomId, Map<string, Cell<Report>>>()
  /** Deleted rooms: since which write, and whether their rows are gone too. */
  readonly deletedRooms = new Map<RoomId, { readonly version: number; isPurged: boolean }>()
  readonly endedSessions = new Map<UserId, { readonly atMs: number; readonly untilMs: number }>()
  readonly people = new People()
  readonly outbox = new MemoryOutbox()
  readonly revokedSessions = new Map<string, number>()

  /** Within a write transaction, like all of these. */
  addRoom(room: Room, dmKey: string | undefined): RoomRecord {
    const record = new RoomRecord(this.versions, room)
    this.rooms.set(room.id, record)
    if (dmKey !== undefined) this.dmKeys.set(dmKey, room.id)
    return record
  }

  /** The room, unless it was deleted. */
  live(roomId: RoomId): RoomRecord | undefined {
    return this.deletedRooms.has(roomId) ? undefined : this.rooms.get(roomId)
  }

  /** The room, as a reader of this snapshot has it. */
  liveAt(roomId: RoomId, snapshot: Snapshot): RoomRecord | undefined {
    const { version = Number.POSITIVE_INFINITY } = this.deletedRooms.get(roomId) ?? {}
    return version <= snapshot.version ? undefined : this.rooms.get(roomId)
  }

  /** Within a write transaction. Its rows stay for now: readers may have begun before. */
  markDeleted(roomId: RoomId): void {
    this.deletedRooms.set(roomId, { version: this.versions.now, isPurged: false })
  }

  /** A deleted room whose rows are still there, and that no reader sees any more. */
  toPurge(): RoomId | undefined {
    for (const [roomId, { version, isPurged }] of this.deletedRooms)
      if (!isPurged && !this.versions.isReadBefore(version)) return roomId
    return undefined
  }

  /** Removes the rest of a deleted room; returns the files that it showed. */
  forget(roomId: RoomId): { rows: number; fileIds: string[] } {
    const record = this.rooms.get(roomId)
    this.deletedRooms.set(roomId, { version: this.versions.now, isPurged: true })
    if (!record) return { rows: 0, fileIds: [] }
    const messages = record.messages.flatMap(({ value }) => value ?? [])
    for (const { id } of messages) this.roomOfMessage.delete(id)
    for (const userId of record.memberIds) this.roomsOf.get(userId)?.delete(roomId)
    this.reports.delete(roomId)
    this.rooms.delete(roomId)
    return { rows: messages.length + 1, fileIds: messages.flatMap((message) => shownFile(message) ?? []) }
  }

  indexMember(member: Member): void {
    const rooms = this.roomsOf.get(member.userId)
    if (rooms) rooms.add(member.roomId)
    else this.roomsOf.set(member.userId, new Set([member.roomId]))
  }

  indexMessage(message: StoredMessage): void {
    const { id, roomId, seq } = message
    if (this.roomOfMessage.has(id)) return
    this.roomOfMessage.set(id, this.versions.write<RoomId>(undefined, roomId))
    const fileId = shownFile(message)
    if (fileId === undefined) return
    this.shownFiles.add(fileId, roomId, seq)
    this.rooms.get(roomId)?.fileIds.set(seq, fileId)
  }

  /** Returns the room's new floor: it only rises, and never past the head. */
  purge(record: RoomRecord, belowSeq: number): number {
    const floor = Math.max(record.floor.value, Math.min(belowSeq, record.head.value.lastSeq + 1))
    if (floor === record.floor.value) return floor
    for (const { id, seq } of record.purge(floor)) {
      this.roomOfMessage.delete(id)
      this.forgetFile(record, seq)
    }
    return floor
  }

  removeRoom(roomId: RoomId): void {
    const record = this.rooms.get(roomId)
    if (!record) return
    this.purge(record, record.head.value.lastSeq + 1)
    this.rooms.delete(roomId)
    this.reports.delete(roomId)
    for (const userId of record.members.keys()) this.unindexMember(userId, roomId)
  }

  /** Trims a room that is never stored, after something was added to it. */
  trim(record: RoomRecord, keep: Keep): void {
    this.purge(record, record.head.value.lastSeq - keep.messages + 1)
    for (const userId of record.trim(keep)) this.unindexMember(userId, record.id)
  }

  putUser(user: NamedUser): void {
    this.users.set(user.id, this.versions.write(this.users.get(user.id), user))
  }

  /** `most`: the room keeps this many; the oldest resolved one goes first. */
  putReport(report: Report, most = Number.POSITIVE_INFINITY): void {
    const reports = this.reports.get(report.roomId) ?? new Map<string, Cell<Report>>()
    if (!reports.has(report.id) && reports.size >= most) {
      const resolved = [...reports.values()].find(({ value }) => value.resolvedAt !== null)
      if (!resolved) throw new StoreError('LIMIT_EXCEEDED', 'too many reports of this room are open')
      reports.delete(resolved.value.id)
    }
    reports.set(report.id, this.versions.write(reports.get(report.id), report))
    this.reports.set(report.roomId, reports)
  }

  private unindexMember(userId: UserId, roomId: RoomId): void {
    const rooms = this.roomsOf.get(userId)
    rooms?.delete(roomId)
    if (rooms?.size === 0) this.roomsOf.delete(userId)
  }

  private forgetFile({ fileIds, id: roomId }: RoomRecord, seq: number): void {
    const fileId = fileIds.get(seq)
    if (fileId === undefined) return
    fileIds.delete(seq)
    this.shownFiles.forget(fileId, roomId, seq)
  }
}
