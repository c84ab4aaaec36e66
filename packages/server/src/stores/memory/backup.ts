import type { AuditEntry, Member, Report, Room, RoomId, UserId } from '@roomful/protocol'
import type { StoredMessage } from '../../core/ops'
import type { OutboxBackup } from './memory-outbox'
import type { People } from './people'
import type { DoneOp } from './room-record'
import { type NamedUser, Tables } from './tables'

type RoomBackup = {
  readonly room: Room
  readonly members: readonly Member[]
  /** From the floor on. */
  readonly messages: readonly StoredMessage[]
  readonly floorSeq: number
  readonly purgedSends: readonly (readonly [string, StoredMessage])[]
  readonly opIds: readonly (readonly [string, DoneOp])[]
  readonly audit: readonly AuditEntry[]
  readonly hidden: readonly (readonly [UserId, number])[]
}

/** All rows of a memory store at one moment. Rows are never changed in place, so it may share them. */
export type Backup = {
  readonly rooms: readonly RoomBackup[]
  readonly dmKeys: readonly (readonly [string, RoomId])[]
  readonly users: readonly NamedUser[]
  readonly reports: readonly Report[]
  readonly deletedRooms: readonly RoomId[]
  readonly endedSessions: readonly (readonly [UserId, { readonly atMs: number; readonly untilMs: number }])[]
  readonly revokedSessions: readonly (readonly [string, number])[]
  readonly people: ReturnType<People['backup']>
  readonly outbox: OutboxBackup
}

export function backupOf(tables: Tables): Backup {
  return {
    rooms: [...tables.rooms.keys()]
      .flatMap((roomId) => tables.live(roomId) ?? [])
      .map((record) => ({
        room: record.head.value,
        members: [...record.members.values()].map(({ value }) => value),
        messages: record.messages.flatMap(({ value }) => value ?? []),
        floorSeq: record.floor.value,
        purgedSends: [...record.purgedSends],
        opIds: [...record.opIds],
        audit: record.audit.map(({ value }) => value),
        hidden: [...record.hidden],
      })),
    dmKeys: [...tables.dmKeys],
    users: [...tables.users.values()].map(({ value }) => value),
    reports: [...tables.reports.values()].flatMap((reports) =>
      [...reports.values()].map(({ value }) => value),
    ),
    deletedRooms: [...tables.deletedRooms.keys()],
    endedSessions: [...tables.endedSessions],
    revokedSessions: [...tables.revokedSessions],
    people: tables.people.backup(),
    outbox: tables.outbox.backup(),
  }
}

export function restore(backup: Backup): Tables {
  const tables = new Tables()
  tables.versions.begin()
  for (const { room, members, messages, floorSeq, purgedSends, opIds, audit, hidden } of backup.rooms) {
    const record = tables.addRoom(room, undefined)
    const { rev, lastSeq } = room
    record.beginAt(floorSeq)
    for (const [key, message] of purgedSends) record.purgedSends.set(key, message)
    const nothing = { outcomes: [], changes: [], opIds: [], room: undefined }
    record.apply({ ...nothing, head: { rev, lastSeq }, messages, members, audit }, 0)
    for (const [key, op] of opIds) record.opIds.set(key, op)
    for (const [userId, seq] of hidden) record.hidden.set(userId, seq)
    for (const member of members) tables.indexMember(member)
    for (const message of messages) tables.indexMessage(message)
  }
  for (const [dmKey, roomId] of backup.dmKeys) tables.dmKeys.set(dmKey, roomId)
  for (const user of backup.users) tables.putUser(user)
  for (const report of backup.reports) tables.putReport(report)
  for (const roomId of backup.deletedRooms) tables.deletedRooms.set(roomId, { version: 0, isPurged: true })
  for (const [userId, ended] of backup.endedSessions) tables.endedSessions.set(userId, ended)
  for (const [sid, untilMs] of backup.revokedSessions) tables.revokedSessions.set(sid, untilMs)
  tables.people.restore(backup.people)
  tables.outbox.restore(backup.outbox)
  return tables
}
