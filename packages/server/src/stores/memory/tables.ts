import type { Member, MessageId, Report, Room, RoomId, User, UserId } from '@roomful/protocol'
import type { StoredMessage } from '../../core/ops'
import { shownFile } from '../../core/shown-file'
import { RoomRecord } from './room-record'
import { type Cell, Versions } from './versions'

/** `namedAt`: when the name was given. */
export type NamedUser = User & { readonly namedAt: number }

/** All that the memory store holds. Keyed by Maps: ids come from outside, and `__proto__` is one of them. */
export class Tables {
  readonly versions = new Versions()
  readonly rooms = new Map<RoomId, RoomRecord>()
  /** Rooms in which a user is or was: there is a member row. */
  readonly roomsOf = new Map<UserId, Set<RoomId>>()
  readonly roomOfMessage = new Map<MessageId, Cell<RoomId>>()
  /** Messages that show a file, or did. */
  readonly shownFiles = new Map<string, { roomId: RoomId; seq: number }[]>()
  readonly dmKeys = new Map<string, RoomId>()
  readonly users = new Map<UserId, Cell<NamedUser>>()
  readonly reports = new Map<RoomId, Map<string, Cell<Report>>>()
  readonly revokedSessions = new Map<string, number>()

  /** Within a write transaction, as all of these. */
  addRoom(room: Room, dmKey: string | undefined): RoomRecord {
    const record = new RoomRecord(this.versions, room)
    this.rooms.set(room.id, record)
    if (dmKey !== undefined) this.dmKeys.set(dmKey, room.id)
    return record
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
    if (fileId !== undefined)
      this.shownFiles.set(fileId, [...(this.shownFiles.get(fileId) ?? []), { roomId, seq }])
  }

  putUser(user: NamedUser): void {
    this.users.set(user.id, this.versions.write(this.users.get(user.id), user))
  }

  putReport(report: Report): void {
    const reports = this.reports.get(report.roomId) ?? new Map<string, Cell<Report>>()
    reports.set(report.id, this.versions.write(reports.get(report.id), report))
    this.reports.set(report.roomId, reports)
  }
}
