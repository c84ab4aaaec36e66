import {
  ClientId,
  isRoomId,
  isUserId,
  LIMITS,
  Member,
  Message,
  Metadata,
  Role,
  Room,
  RoomSettings,
  SYSTEM_SENDER,
  User,
  UserId,
  RoomId as WireRoomId,
} from '@roomful/protocol'
import * as v from 'valibot'
import { isEphemeralId } from '../ephemeral/room-id'
import { RoomName, UserName } from './names'

// One schema for each request and answer of the server API: they validate, they are the types, and the OpenAPI document
// is made from them. A field is in the path if the path names it, in the query of a GET or DELETE, and in the body of
// all others.

/** Users, rooms and messages of one request. */
export const MOST = { users: 1_000, members: 100, messages: 50, page: 100 } as const

export const RoomId = v.pipe(
  WireRoomId,
  v.check((id) => isRoomId(id), 'must be letters, digits, _ and -, at most 64'),
)
export const OwnRoomId = v.pipe(
  RoomId,
  v.check((id) => !isEphemeralId(id), 'must not be the name of an ephemeral room'),
)
/** Of a user: not the sender of the backend's own messages. */
export const PersonId = v.pipe(
  UserId,
  v.check((id) => isUserId(id) && id !== SYSTEM_SENDER),
)

/** The first word of a system message's metadata; those that the server itself writes are left out. */
const Kind = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9-]*$/),
  v.maxLength(LIMITS.typeLength),
  v.check((kind) => !/^(join|invite|leave|kick|ban|rename)$/.test(kind)),
)

export const UpsertUser = v.strictObject({ userId: PersonId, name: UserName })
export const UserAnswer = v.strictObject({ user: User })
export const GetUser = v.strictObject({ userId: PersonId })

export const UpsertUsers = v.strictObject({
  users: v.pipe(
    v.array(v.strictObject({ id: PersonId, name: UserName })),
    v.minLength(1),
    v.maxLength(MOST.users),
  ),
})
export const UsersAnswer = v.strictObject({ users: v.array(User) })

const StrictSettings = v.strictObject(RoomSettings.entries)
export const UpsertRoom = v.strictObject({
  roomId: OwnRoomId,
  name: RoomName,
  type: v.picklist(['public', 'private']),
  metadata: v.exactOptional(Metadata),
  settings: v.exactOptional(StrictSettings),
})
export const RoomAnswer = v.strictObject({ room: Room })
/** `created`: it was not there before. */
export const UpsertedRoom = v.strictObject({ room: Room, created: v.boolean() })
export const GetRoom = v.strictObject({ roomId: RoomId })

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
