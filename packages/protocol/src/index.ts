export type { AsyncClosable } from './async-closable'
export { asClientId, asMessageId, asRoomId, asUserId, SYSTEM_SENDER } from './branded'
export { AuditEntry, FetchMembersAck, Report } from './client-events/members'
export {
  FetchHistory,
  FetchHistoryAck,
  MessageDraft,
  SendMessage,
  SendMessages,
} from './client-events/messages'
export { CreateRoom, ListRooms, UpdateRoom } from './client-events/rooms'
export { Presence, PresenceStatus } from './client-events/signals'
export { StreamPiece, WriteStream } from './client-events/streams'
export { Delta, ListPage, RoomCursor, Sync, SyncAck } from './client-events/sync'
export {
  type Ack,
  type ClientEvent,
  clientEvents,
  type OkAck,
  type Payload,
  type PayloadInput,
} from './client-events/table'
export {
  type Decoded,
  type DecodeFailure,
  decodeAck,
  decodePayload,
  decodeServerEvent,
  isClientEvent,
} from './decode'
export { emojiKey } from './emoji'
export { ErrorAck } from './error-ack'
export {
  type ErrorCode,
  isErrorCode,
  LOCAL_ERRORS,
  type LocalErrorCode,
  type Retry,
  retryOf,
  WIRE_ERRORS,
  type WireErrorCode,
} from './errors'
export { type Brand, ClientId, MessageId, RoomId, UserId } from './ids'
export {
  HEADS_INTERVAL_MS,
  LIMITS,
  STREAM_ALIVE_MS,
  STREAM_LEASE_MS,
  STREAM_WRITE_MS,
  TYPING_RENEW_MS,
  TYPING_TTL_MS,
} from './limits'
export { isGrowing, messageProblem, showsFile } from './message-content'
export type { FileMetadata, SystemAction, SystemMetadata } from './message-kinds'
export { Metadata } from './metadata'
export { cutContent, pinOf, pinsInOrder } from './pins'
export { isMetadata, type Json, type Plain, plainMetadata, plainPayload } from './plain-json'
export { isRoomId } from './room-id'
export {
  Head,
  Invitation,
  Member,
  Message,
  Pin,
  Pinned,
  Preview,
  Reaction,
  type Removal,
  ROLES,
  ROOM_TYPES,
  Role,
  Room,
  RoomListItem,
  RoomSettings,
  RoomType,
  SentInvitation,
  STREAM_STATES,
  Stream,
  StreamState,
  User,
} from './rows'
export { Change, Changes } from './server-events/changes'
export { BYE_REASONS, Bye, Ready, RoomRemoved, TypingSignal } from './server-events/notices'
export {
  type ServerEvent,
  type ServerMessage,
  type ServerPayload,
  serverEvents,
} from './server-events/table'
export {
  byteLength,
  cleanName,
  codePointLength,
  contentProblem,
  isBlank,
  isName,
  isStorableText,
  type TextProblem,
} from './text'
export { isUserId } from './user-id'
