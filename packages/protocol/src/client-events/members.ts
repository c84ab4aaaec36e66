import * as v from 'valibot'
import { Count, IsoTime, MessageId, Rev, RoomId, UserId } from '../ids'
import { LIMITS } from '../limits'
import { Member, Message, Role, Room } from '../rows'
import { isStorableText } from '../text'

const reason = v.exactOptional(v.pipe(v.string(), v.maxLength(LIMITS.reasonLength), v.check(isStorableText)))
const target = { roomId: RoomId, userId: UserId }

/**
 * Without `userId`: the caller joins a public room. With another user's: adds them, or invites them if they are a
 * stranger.
 */
export const AddMember = v.strictObject({ roomId: RoomId, userId: v.exactOptional(UserId) })
/** Without `userId`: leave. With another's: kick. */
export const RemoveMember = v.strictObject({ roomId: RoomId, userId: v.exactOptional(UserId), reason })
/** Role `owner` transfers the room: the caller becomes an admin. */
export const SetRole = v.strictObject({ ...target, role: Role })
export const BanMember = v.strictObject({ ...target, reason })
export const UnbanMember = v.strictObject(target)
/** `until: null` ends the mute. */
export const MuteMember = v.strictObject({ ...target, until: v.nullable(IsoTime) })
/**
 * `invited`: there is no member yet, and perhaps never will be. `member` is then a placeholder row with `removed`, for
 * older clients.
 */
export const MemberAck = v.object({
  ok: v.literal(true),
  member: Member,
  invited: v.exactOptional(v.literal(true)),
})

export const FetchMembers = v.strictObject({
  roomId: RoomId,
  after: v.exactOptional(UserId),
  limit: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(LIMITS.membersPage))),
})
/** By user id. `next`, to pass as `after`: there are more. `rev`: the room's rev at which they were read. */
export const FetchMembersAck = v.object({
  ok: v.literal(true),
  members: v.array(Member),
  next: v.exactOptional(UserId),
  rev: v.exactOptional(Rev),
  memberCount: v.exactOptional(Count),
})
export type FetchMembersAck = v.InferOutput<typeof FetchMembersAck>

export const ReportMessage = v.strictObject({ messageId: MessageId, roomId: v.exactOptional(RoomId), reason })

export const Report = v.object({
  id: v.string(),
  roomId: RoomId,
  messageId: MessageId,
  reporterId: UserId,
  reason: v.string(),
  createdAt: IsoTime,
  resolvedAt: v.nullable(IsoTime),
  resolvedBy: v.nullable(UserId),
  resolution: v.nullable(v.string()),
})
export type Report = v.InferOutput<typeof Report>
export const ReportAck = v.object({ ok: v.literal(true), report: Report })

const page = {
  after: v.exactOptional(v.pipe(v.string(), v.maxLength(64), v.check(isStorableText))),
  limit: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(100))),
}

/** The moderation queue of one room, oldest first. */
export const ListReports = v.strictObject({ roomId: RoomId, resolved: v.exactOptional(v.boolean()), ...page })
export const ListReportsAck = v.object({
  ok: v.literal(true),
  reports: v.array(Report),
  next: v.exactOptional(v.string()),
})

const ReportId = v.pipe(v.string(), v.maxLength(64), v.check(isStorableText))

/** A reported message to moderate: the message as it is now, after up to five before it. */
export const FetchReport = v.strictObject({ roomId: RoomId, reportId: ReportId })
/** `messages` ascend and end with the reported one, which is absent if it was purged. */
export const FetchReportAck = v.object({
  ok: v.literal(true),
  report: Report,
  messages: v.array(Message),
})

/** Rooms whose queue is not empty, by id; for server admins. */
export const ListReportedRooms = v.strictObject({
  after: v.exactOptional(RoomId),
  limit: page.limit,
})
/** `open`: how many reports are open. */
export const ListReportedRoomsAck = v.object({
  ok: v.literal(true),
  rooms: v.array(v.object({ room: Room, open: Count })),
  next: v.exactOptional(RoomId),
})

export const ResolveReport = v.strictObject({
  roomId: RoomId,
  reportId: ReportId,
  resolution: v.picklist(['dismissed', 'deleted', 'kicked', 'banned', 'other']),
})

export const AuditEntry = v.object({
  id: v.string(),
  roomId: RoomId,
  actorId: UserId,
  action: v.string(),
  targetId: v.nullable(v.string()),
  reason: v.nullable(v.string()),
  createdAt: IsoTime,
})
export type AuditEntry = v.InferOutput<typeof AuditEntry>

/** Every moderation action in one room, newest first. */
export const FetchAudit = v.strictObject({ roomId: RoomId, ...page })
export const FetchAuditAck = v.object({
  ok: v.literal(true),
  entries: v.array(AuditEntry),
  next: v.exactOptional(v.string()),
})
