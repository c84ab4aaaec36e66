import {
  type AuditEntry,
  asClientId,
  asMessageId,
  asRoomId,
  asUserId,
  type Head,
  type Member,
  type Metadata,
  type Pinned,
  type Preview,
  type Removal,
  type Report,
  ROLES,
  ROOM_TYPES,
  type Room,
  type RoomId,
  type RoomSettings,
  type Stream,
  type User,
} from '@roomful/protocol'
import type { StoredMessage } from '../../core/ops'
import { type Profile, profileOf } from '../../core/profile'
import { whole } from '../../core/whole'
import type { Attending, Block, InvitationRow, Membership, ReportedRoom, Span } from '../port'
import { flag, integer, json, oneOf, type Row, text, textOrNull } from './column'

const REMOVALS = ['left', 'kicked', 'banned'] as const satisfies readonly Removal[]

/** From `rooms` joined with `room_heads`. */
export function roomFrom(row: Row): Room {
  const createdBy = textOrNull(row, 'created_by')
  const kind = textOrNull(row, 'kind')
  return whole<Room>()({
    id: asRoomId(text(row, 'id')),
    name: text(row, 'name'),
    type: oneOf(row, 'type', ROOM_TYPES),
    ...(kind === null ? {} : { kind }),
    createdBy: createdBy === null ? null : asUserId(createdBy),
    createdAt: text(row, 'created_at'),
    metadata: json<Metadata>(row, 'metadata'),
    settings: json<RoomSettings>(row, 'settings'),
    rev: integer(row, 'rev'),
    lastSeq: integer(row, 'last_seq'),
    memberCount: integer(row, 'member_count'),
  })
}

/** From `users`. */
export const userFrom = (row: Row): User =>
  whole<User>()({ id: asUserId(text(row, 'id')), ...profileFrom(row) })

const profileFrom = (row: Row): Profile =>
  profileOf({ name: text(row, 'name'), avatarUrl: textOrNull(row, 'avatar_url') })

/** From `room_heads`. */
export function headFrom(row: Row): [RoomId, Head] {
  return [asRoomId(text(row, 'room_id')), { rev: integer(row, 'rev'), lastSeq: integer(row, 'last_seq') }]
}

/** From `room_heads`. */
export function spanFrom(row: Row): Span {
  return {
    roomId: asRoomId(text(row, 'room_id')),
    floorSeq: integer(row, 'floor_seq'),
    lastSeq: integer(row, 'last_seq'),
  }
}

export function attendanceFrom(row: Row): Attending {
  return {
    roomId: asRoomId(text(row, 'room_id')),
    userId: asUserId(text(row, 'user_id')),
    added: flag(row, 'added'),
  }
}

/** From `invitations`. */
export function invitationFrom(row: Row): InvitationRow {
  return {
    roomId: asRoomId(text(row, 'room_id')),
    userId: asUserId(text(row, 'user_id')),
    inviterId: asUserId(text(row, 'inviter_id')),
    at: integer(row, 'at_ms'),
    until: integer(row, 'until_ms'),
  }
}

/** From `blocks`. */
export function blockFrom(row: Row): Block {
  return { userId: asUserId(text(row, 'blocked_id')), blockedAt: text(row, 'blocked_at') }
}

export function memberFrom(row: Row): Member {
  const mutedUntil = textOrNull(row, 'muted_until')
  return whole<Member>()({
    roomId: asRoomId(text(row, 'room_id')),
    userId: asUserId(text(row, 'user_id')),
    ...profileFrom(row),
    role: oneOf(row, 'role', ROLES),
    joinedAt: text(row, 'joined_at'),
    lastReadSeq: integer(row, 'last_read_seq'),
    fromSeq: integer(row, 'from_seq'),
    ...(mutedUntil === null ? {} : { mutedUntil }),
    rev: integer(row, 'rev'),
    ...(flag(row, 'added') ? { added: true } : {}),
    ...(row.removed === null ? {} : { removed: oneOf(row, 'removed', REMOVALS) }),
  })
}

export function messageFrom(row: Row): StoredMessage {
  const clientId = textOrNull(row, 'client_id')
  const replyTo = textOrNull(row, 'reply_to')
  return whole<StoredMessage>()({
    id: asMessageId(text(row, 'id')),
    roomId: asRoomId(text(row, 'room_id')),
    seq: integer(row, 'seq'),
    rev: integer(row, 'rev'),
    senderId: asUserId(text(row, 'sender_id')),
    senderName: text(row, 'sender_name'),
    ...(clientId === null ? {} : { clientId: asClientId(clientId) }),
    type: text(row, 'type'),
    content: text(row, 'content'),
    replyTo: replyTo === null ? null : asMessageId(replyTo),
    ...(row.metadata === null ? {} : { metadata: json<Metadata>(row, 'metadata') }),
    createdAt: text(row, 'created_at'),
    editedAt: textOrNull(row, 'edited_at'),
    deleted: flag(row, 'deleted'),
    // Almost no message has any: NULL keeps the row short and the parser out of the hot path.
    reactions: row.reactions === null ? [] : json<StoredMessage['reactions']>(row, 'reactions'),
    ...(row.pinned === null ? {} : { pinned: json<Pinned>(row, 'pinned') }),
    ...(row.stream === null ? {} : { stream: json<Stream>(row, 'stream') }),
  })
}

/** From a sender's last message and last edit: their last send, in milliseconds since the epoch. */
export function lastSendFrom(row: Row): number {
  const editedAt = textOrNull(row, 'edited_at')
  const sentAt = Date.parse(text(row, 'created_at'))
  return editedAt === null ? sentAt : Math.max(sentAt, Date.parse(editedAt))
}

/** The content is already cut at 200 code points. */
export function previewFrom(row: Row): [RoomId, Preview] {
  const preview: Preview = {
    seq: integer(row, 'seq'),
    senderId: asUserId(text(row, 'sender_id')),
    senderName: text(row, 'sender_name'),
    type: text(row, 'type'),
    content: text(row, 'content'),
    createdAt: text(row, 'created_at'),
    deleted: flag(row, 'deleted'),
  }
  return [asRoomId(text(row, 'room_id')), preview]
}

export function reportFrom(row: Row): Report {
  const resolvedBy = textOrNull(row, 'resolved_by')
  return {
    id: text(row, 'id'),
    roomId: asRoomId(text(row, 'room_id')),
    messageId: asMessageId(text(row, 'message_id')),
    reporterId: asUserId(text(row, 'reporter_id')),
    reason: text(row, 'reason'),
    createdAt: text(row, 'created_at'),
    resolvedAt: textOrNull(row, 'resolved_at'),
    resolvedBy: resolvedBy === null ? null : asUserId(resolvedBy),
    resolution: textOrNull(row, 'resolution'),
  }
}

export function reportedRoomFrom(row: Row): ReportedRoom {
  return { roomId: asRoomId(text(row, 'room_id')), open: integer(row, 'open') }
}

export function auditFrom(row: Row): AuditEntry {
  return {
    id: text(row, 'id'),
    roomId: asRoomId(text(row, 'room_id')),
    actorId: asUserId(text(row, 'actor_id')),
    action: text(row, 'action'),
    targetId: textOrNull(row, 'target_id'),
    reason: textOrNull(row, 'reason'),
    createdAt: text(row, 'created_at'),
  }
}

/** From `rooms` and its head, left-joined with one member: both have a name and a rev, so the member's are renamed. */
export function membershipFrom(row: Row): Membership {
  const member = row.user_id === null ? undefined : { ...row, name: row.member_name, rev: row.member_rev }
  return {
    room: roomFrom(row),
    member: member && memberFrom(member),
    floorSeq: integer(row, 'floor_seq'),
    ...(row.hidden_seq === null ? {} : { hiddenSeq: integer(row, 'hidden_seq') }),
  }
}
