import * as v from 'valibot'
import { ClientId, Count, IsoTime, MessageId, Rev, RoomId, Seq, UserId } from './ids'
import { LIMITS } from './limits'
import { Metadata } from './metadata'

export const Reaction = v.object({
  emoji: v.string(),
  count: v.number(),
  /** The first 20 users, in the order in which they reacted. */
  users: v.array(UserId),
  /** Only in replies made for one viewer; in `changes` the client derives it. */
  mine: v.exactOptional(v.boolean()),
})
export type Reaction = v.InferOutput<typeof Reaction>

/** Who pinned a message, and when. */
export const Pinned = v.object({ by: UserId, at: IsoTime })
export type Pinned = v.InferOutput<typeof Pinned>

export const STREAM_STATES = ['streaming', 'finished', 'cancelled', 'interrupted'] as const
export const StreamState = v.picklist(STREAM_STATES)
export type StreamState = v.InferOutput<typeof StreamState>

/**
 * What has a message that its sender wrote piece by piece. `interrupted`: its producer is gone; the sender may continue
 * it.
 */
export const Stream = v.object({
  state: StreamState,
  /** How often its sender has resumed it: an earlier producer writes no more. Absent: 0. */
  run: v.exactOptional(Count),
  /** The sender of the message that it answers, who may cancel it too. */
  for: v.exactOptional(UserId),
  /** It was cancelled by another user, and its producer may still add what it has sent out already. */
  closing: v.exactOptional(v.literal(true)),
})
export type Stream = v.InferOutput<typeof Stream>

/**
 * One message. A tombstone (`deleted`) keeps its place and sender, and has no content, metadata, reactions, pin or stream.
 * `type` is any string here: custom types and those of newer servers are shown as they are.
 */
export const Message = v.object({
  id: MessageId,
  roomId: RoomId,
  seq: Seq,
  rev: Rev,
  senderId: UserId,
  senderName: v.string(),
  clientId: v.exactOptional(ClientId),
  type: v.string(),
  content: v.string(),
  replyTo: v.nullable(MessageId),
  metadata: v.exactOptional(Metadata),
  createdAt: IsoTime,
  editedAt: v.nullable(IsoTime),
  deleted: v.boolean(),
  reactions: v.array(Reaction),
  /** Absent: it is not pinned. */
  pinned: v.exactOptional(Pinned),
  /** Absent: it was sent whole. */
  stream: v.exactOptional(Stream),
})
export type Message = v.InferOutput<typeof Message>

export const ROOM_TYPES = ['public', 'private', 'dm', 'ephemeral'] as const
export const RoomType = v.picklist(ROOM_TYPES)
export type RoomType = v.InferOutput<typeof RoomType>

export const RoomSettings = v.object({
  /** Only owners and admins may send. */
  readOnly: v.exactOptional(v.boolean()),
  /** Seconds a member waits between two sends; 0 or absent: off. */
  slowModeSeconds: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(86_400))),
  /** Seconds after which the sender can no longer edit; absent: no limit. */
  editWindowSeconds: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  /** The room is archived: no more sends; history stays readable. */
  archived: v.exactOptional(v.boolean()),
})
export type RoomSettings = v.InferOutput<typeof RoomSettings>

export const Room = v.object({
  id: RoomId,
  name: v.string(),
  type: RoomType,
  /** One of the app's own kinds of rooms. It never changes. */
  kind: v.exactOptional(v.string()),
  createdBy: v.nullable(UserId),
  createdAt: IsoTime,
  metadata: Metadata,
  settings: RoomSettings,
  rev: Rev,
  lastSeq: Seq,
  /** The present member count. Absent: the server does not send it. */
  memberCount: v.exactOptional(Count),
})
export type Room = v.InferOutput<typeof Room>

export const ROLES = ['owner', 'admin', 'member'] as const
export const Role = v.picklist(ROLES)
export type Role = v.InferOutput<typeof Role>

export const Removal = v.picklist(['left', 'kicked', 'banned'])
export type Removal = v.InferOutput<typeof Removal>

/** Address (`http` or `https`) of a user's picture. Absent: they have none. It may be of any server, and may be dead. */
const AvatarUrl = v.exactOptional(v.string())

export const Member = v.object({
  roomId: RoomId,
  userId: UserId,
  name: v.string(),
  avatarUrl: AvatarUrl,
  role: Role,
  joinedAt: IsoTime,
  lastReadSeq: Seq,
  /** The first seq this member may read; later than 1 after a re-invitation. */
  fromSeq: Seq,
  mutedUntil: v.exactOptional(IsoTime),
  rev: Rev,
  /** Another user added them, and they have neither joined nor written since. */
  added: v.exactOptional(v.literal(true)),
  /** Present: the membership has ended. The row stays as a tombstone so that deltas include it. */
  removed: v.exactOptional(Removal),
})
export type Member = v.InferOutput<typeof Member>

/** A room's head: enough to detect a missed change. */
export const Head = v.object({ rev: Rev, lastSeq: Seq })
export type Head = v.InferOutput<typeof Head>

/** The last message as a room list shows it; `content` is cut at 200 code points. */
export const Preview = v.object({
  seq: Seq,
  senderId: UserId,
  senderName: v.string(),
  type: v.string(),
  content: v.string(),
  createdAt: IsoTime,
  deleted: v.boolean(),
})
export type Preview = v.InferOutput<typeof Preview>

/** A pinned message as the room's list of pins shows it; `content` is cut as in a preview. */
export const Pin = v.object({
  messageId: MessageId,
  seq: Seq,
  senderId: UserId,
  senderName: v.string(),
  type: v.string(),
  content: v.string(),
  createdAt: IsoTime,
  pinned: Pinned,
})
export type Pin = v.InferOutput<typeof Pin>

/** One item of the user's room list. `unread` is counted up to `LIMITS.unreadCap`. */
export const RoomListItem = v.object({
  room: Room,
  role: Role,
  lastReadSeq: Seq,
  fromSeq: Seq,
  unread: v.number(),
  preview: v.nullable(Preview),
  /** As in the reader's member row. */
  added: v.exactOptional(v.literal(true)),
  /** The reader hid the room when this was its newest message: it stays hidden until there is a newer one. */
  hiddenSeq: v.exactOptional(Seq),
})
export type RoomListItem = v.InferOutput<typeof RoomListItem>

export const User = v.object({ id: UserId, name: v.string(), avatarUrl: AvatarUrl })
export type User = v.InferOutput<typeof User>

/** A room that another user invites this user to. Until they accept, the inviter learns nothing of them. */
export const Invitation = v.object({
  roomId: RoomId,
  /** The room's present name. */
  name: v.string(),
  type: RoomType,
  memberCount: v.exactOptional(Count),
  inviter: User,
  createdAt: IsoTime,
  /** When it expires: no event announces it. */
  expiresAt: IsoTime,
})
export type Invitation = v.InferOutput<typeof Invitation>

/** An invitation as its inviter wrote it: nothing of the user, not even whether there is one, until they accept. */
export const SentInvitation = v.object({
  roomId: RoomId,
  userId: UserId,
  createdAt: IsoTime,
  expiresAt: IsoTime,
})
export type SentInvitation = v.InferOutput<typeof SentInvitation>

/** The message types that a client may send: a short word; `system` is reserved for the server. */
export const ClientMessageType = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9-]*$/),
  v.maxLength(LIMITS.typeLength),
  v.notValue('system'),
)
