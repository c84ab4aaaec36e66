import {
  AuditEntry,
  ClientId,
  isRoomId,
  isStorableText,
  LIMITS,
  Member,
  Message,
  MessageDraft,
  MessageId,
  Metadata,
  Report,
  Role,
  Room,
  RoomListItem,
  RoomSettings,
  UpdateRoom,
  User,
  UserId,
  RoomId as WireRoomId,
} from '@roomful/protocol'
import * as v from 'valibot'
import { avatarUrlOf } from '../auth/avatar-url'
import { isPersonId } from '../auth/person-id'
import { isEphemeralId } from '../ephemeral/room-id'
import { RoomName, UserName } from './names'

// One schema for each request and answer of the server API: they validate, they are the types, and the OpenAPI document
// is made from them. A field is in the path if the path names it, in the query of a GET or DELETE, and in the body of
// all others.

/** Users, rooms and messages of one request. */
export const MOST = { users: 1_000, members: 100, messages: 50, page: 100 } as const
export const PAGE_DEFAULT = 50

export const RoomId = v.pipe(
  WireRoomId,
  v.check((id) => isRoomId(id), 'must be letters, digits, _ and -, at most 64'),
)
export const OwnRoomId = v.pipe(
  RoomId,
  v.check((id) => !isEphemeralId(id), 'must not be the name of an ephemeral room'),
)
export const PersonId = v.pipe(
  UserId,
  v.check((id) => isPersonId(id)),
)

/** The first word of a system message's metadata; those that the server itself writes are left out. */
const Kind = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9-]*$/),
  v.maxLength(LIMITS.typeLength),
  v.check((kind) => !/^(join|invite|leave|kick|ban|rename)$/.test(kind)),
)

/** Null: no picture. Absent: as it was. */
const AvatarUrl = v.exactOptional(
  v.nullable(
    v.pipe(
      v.string(),
      v.maxLength(LIMITS.avatarUrlLength),
      v.rawTransform(({ dataset, addIssue, NEVER }) => {
        const url = avatarUrlOf(dataset.value)
        if (url !== undefined) return url
        addIssue({ message: 'must be an absolute address, http or https' })
        return NEVER
      }),
    ),
  ),
)
export const UpsertUser = v.strictObject({ userId: PersonId, name: UserName, avatarUrl: AvatarUrl })
/** `deactivated`: they cannot sign in. */
export const ApiUser = v.strictObject({ ...User.entries, deactivated: v.boolean() })
export type ApiUser = v.InferOutput<typeof ApiUser>
export const UserAnswer = v.strictObject({ user: ApiUser })
export const OneUser = v.strictObject({ userId: PersonId })
export const Nothing = v.strictObject({})

const Limit = v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(MOST.page)))
const Cursor = v.pipe(v.string(), v.maxLength(400), v.check(isStorableText))
const Query = v.pipe(v.string(), v.maxLength(LIMITS.queryLength), v.check(isStorableText))
/** `after`: the `next` of the page before. */
const page = { after: v.exactOptional(Cursor), limit: Limit }
const next = v.exactOptional(v.string())

export const ListUsers = v.strictObject({ query: v.exactOptional(Query), ...page })
export const UsersPage = v.strictObject({ users: v.array(ApiUser), next })

export const DeleteUser = v.strictObject({
  userId: PersonId,
  /** Their messages stay without their name, or become tombstones. */
  messages: v.picklist(['anonymise', 'blank']),
  after: v.exactOptional(Cursor),
})
/** `next`: there is more to do, from there. */
export const DeletedUser = v.strictObject({ changed: v.number(), next })

export const ExportUser = v.strictObject({ userId: PersonId, after: v.exactOptional(Cursor) })
/** `user`: null if only their rooms know them. */
export const ExportedUser = v.strictObject({
  user: v.nullable(ApiUser),
  memberships: v.array(Member),
  messages: v.array(Message),
  next,
})

export const ListRoomsOf = v.strictObject({ userId: PersonId, ...page })
export const RoomsOfPage = v.strictObject({ rooms: v.array(RoomListItem), next })

export const UpsertUsers = v.strictObject({
  users: v.pipe(
    v.array(v.strictObject({ id: PersonId, name: UserName, avatarUrl: AvatarUrl })),
    v.minLength(1),
    v.maxLength(MOST.users),
  ),
})
export const UsersAnswer = v.strictObject({ users: v.array(ApiUser) })

const StrictSettings = v.strictObject(RoomSettings.entries)
const RoomKind = v.pipe(v.string(), v.maxLength(LIMITS.typeLength))
export const UpsertRoom = v.strictObject({
  roomId: OwnRoomId,
  name: RoomName,
  type: v.picklist(['public', 'private']),
  /** One of the server's own kinds, whose base is `type`. */
  kind: v.exactOptional(RoomKind),
  metadata: v.exactOptional(Metadata),
  settings: v.exactOptional(StrictSettings),
})
export const RoomAnswer = v.strictObject({ room: Room })
/** `created`: it was not there before. */
export const UpsertedRoom = v.strictObject({ room: Room, created: v.boolean() })
export const OneRoom = v.strictObject({ roomId: RoomId })

/** `key` and `value`: rooms whose metadata has this text (or number, as text) under this key. */
export const ListRooms = v.strictObject({
  query: v.exactOptional(Query),
  type: v.exactOptional(v.picklist(['public', 'private', 'dm'])),
  key: v.exactOptional(Query),
  value: v.exactOptional(Query),
  ...page,
})
export const RoomsPage = v.strictObject({ rooms: v.array(Room), next })

/** Settings are merged key by key, metadata is replaced. */
export const ChangeRoom = v.strictObject({ ...UpdateRoom.entries, roomId: RoomId })

export const OpenDm = v.strictObject({
  userIds: v.pipe(v.array(PersonId), v.minLength(2), v.maxLength(LIMITS.dmMembers)),
})

const NewMember = {
  /** Of a user who is not known yet; their id by default. */
  name: v.exactOptional(UserName),
  role: v.exactOptional(Role),
}
const silent = v.exactOptional(v.boolean())
export const AddMember = v.strictObject({ roomId: RoomId, userId: PersonId, ...NewMember, silent })
export const MemberAnswer = v.strictObject({ member: Member })
export const AddMembers = v.strictObject({
  roomId: RoomId,
  members: v.pipe(
    v.array(v.strictObject({ userId: PersonId, ...NewMember })),
    v.minLength(1),
    v.maxLength(MOST.members),
  ),
  silent,
})
export const MembersAnswer = v.strictObject({ members: v.array(Member) })

const member = { roomId: RoomId, userId: PersonId }
const reason = v.exactOptional(v.pipe(v.string(), v.maxLength(LIMITS.reasonLength), v.check(isStorableText)))
export const OneMember = v.strictObject(member)
export const RemoveMember = v.strictObject({ ...member, reason })
export const SetRole = v.strictObject({ ...member, role: Role })
/** `until: null` ends the mute. */
export const MuteMember = v.strictObject({
  ...member,
  until: v.nullable(v.pipe(v.string(), v.isoTimestamp())),
})
export const ListMembers = v.strictObject({ roomId: RoomId, ...page })
export const MembersPage = v.strictObject({ members: v.array(Member), next })

const Draft = {
  content: v.string(),
  metadata: v.exactOptional(Metadata),
}
const SystemDraft = { kind: Kind, ...Draft }
/** `duplicate`: the key was used before, and `message` is the first one. */
export const SentAnswer = v.strictObject({ message: Message, duplicate: v.exactOptional(v.boolean()) })
/** `clientId`: the idempotency key, which the header `Idempotency-Key` also gives. */
export const SendSystem = v.strictObject({
  roomId: RoomId,
  ...SystemDraft,
  clientId: v.exactOptional(ClientId),
})
export const SendSystemMany = v.strictObject({
  roomId: RoomId,
  messages: v.pipe(
    v.array(v.strictObject({ ...SystemDraft, clientId: ClientId })),
    v.minLength(1),
    v.maxLength(MOST.messages),
  ),
})
export const SentManyAnswer = v.strictObject({ sent: v.array(SentAnswer) })

/** `join`: puts the user into the room first, if they are not in it. */
export const SendMessage = v.strictObject({
  roomId: RoomId,
  userId: PersonId,
  ...Draft,
  type: MessageDraft.entries.type,
  replyTo: v.exactOptional(MessageId),
  clientId: v.exactOptional(ClientId),
  join: v.exactOptional(v.boolean()),
})
const message = { roomId: RoomId, messageId: MessageId }
export const EditMessage = v.strictObject({ ...message, content: v.string() })
export const OneMessage = v.strictObject(message)
export const MessageAnswer = v.strictObject({ message: Message })

const Seq = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
/** From the oldest on, after the seq `after`; or, with `newest`, from the newest back, before the seq `before`. */
export const ListMessages = v.strictObject({
  roomId: RoomId,
  after: v.exactOptional(Seq),
  newest: v.exactOptional(v.boolean()),
  before: v.exactOptional(Seq),
  limit: Limit,
})
/** By seq. `next`: the `after`, or with `newest` the `before`, of the next page. */
export const MessagesPage = v.strictObject({ messages: v.array(Message), next: v.exactOptional(Seq) })
export const CountMessages = v.strictObject({
  roomId: RoomId,
  fromSeq: v.exactOptional(Seq),
  toSeq: v.exactOptional(Seq),
})
export const CountAnswer = v.strictObject({ count: v.number() })

export const ListReported = v.strictObject(page)
export const ReportedPage = v.strictObject({
  rooms: v.array(v.strictObject({ room: Room, open: v.number() })),
  next,
})
export const ListReports = v.strictObject({ roomId: RoomId, resolved: v.exactOptional(v.boolean()), ...page })
export const ReportsPage = v.strictObject({ reports: v.array(Report), next })
const report = { roomId: RoomId, reportId: v.pipe(v.string(), v.maxLength(64), v.check(isStorableText)) }
export const OneReport = v.strictObject(report)
/** `messages` ascend and end with the reported one, unless it was purged. */
export const ReportAnswer = v.strictObject({ report: Report, messages: v.array(Message) })
export const ResolveReport = v.strictObject({
  ...report,
  resolution: v.picklist(['dismissed', 'deleted', 'kicked', 'banned', 'other']),
})
export const ResolvedAnswer = v.strictObject({ report: Report })
export const ListAudit = v.strictObject({ roomId: RoomId, ...page })
export const AuditPage = v.strictObject({ entries: v.array(AuditEntry), next })

const endpoint = { endpointId: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)) }
/** `url`: null if the options name no such endpoint (any more). `oldestAt`: null if nothing waits. */
const Webhook = v.strictObject({
  id: v.string(),
  url: v.nullable(v.string()),
  waiting: v.number(),
  dead: v.number(),
  oldestAt: v.nullable(v.string()),
})
export const WebhooksAnswer = v.strictObject({ webhooks: v.array(Webhook) })
export const ListDeadLetters = v.strictObject({ ...endpoint, after: v.exactOptional(Seq), limit: Limit })
const DeadLetter = v.strictObject({
  id: v.string(),
  type: v.string(),
  /** What would be posted: JSON. */
  body: v.string(),
  reason: v.string(),
  at: v.string(),
  deadAt: v.string(),
})
export const DeadLettersPage = v.strictObject({ letters: v.array(DeadLetter), next: v.exactOptional(Seq) })
/** `ids`: absent means all. */
export const ReplayWebhook = v.strictObject({
  ...endpoint,
  ids: v.exactOptional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(64))), v.maxLength(MOST.page))),
})
export const ReplayedAnswer = v.strictObject({ replayed: v.number() })
