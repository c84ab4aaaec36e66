// What is inferred from the names below is written with these; under pnpm an app finds no @roomful/protocol.
export type {
  AsyncClosable,
  Brand,
  ClientId,
  ErrorCode,
  FileMetadata,
  Invitation,
  MessageId,
  Metadata,
  OkAck,
  Payload,
  PayloadInput,
  Retry,
  RoomId,
  SystemAction,
  SystemMetadata,
  UserId,
} from '@roomful/protocol'
export type { Chat, ChatState, ConnectionState, RoomSummary, StorageState } from './chat'
export { ChatError } from './chat-error'
// For @roomful/testing, which checks a room's inside after every event. Not a promise: it may change in any version.
export { checkRoom as unstable_checkRoom } from './core/invariants'
export type { Entry as unstable_Entry } from './core/outbox/entry'
export type {
  MessageMetadata,
  MessageType,
  Register,
  RoomMetadata,
  RoomRow,
  UnknownType,
} from './core/register'
export type { RoomEvent as unstable_RoomEvent } from './core/room/room-event'
export type { RoomModel as unstable_RoomCore } from './core/room/room-model'
export { unreadOf as unstable_unreadOf } from './core/room/unread-rows'
export {
  at as unstable_at,
  changedChunks as unstable_changedChunks,
  type Range as unstable_Range,
  rangesOf as unstable_rangesOf,
  rowsIn as unstable_rowsIn,
} from './core/timeline'
export { createChat } from './create-chat'
export type { Auth, ChatOptions, ChatPorts, ErrorContext, WaitOptions } from './options'
export type { Clock } from './ports/clock'
export type { Environment, WakeReason } from './ports/environment'
export type { Ids } from './ports/ids'
export {
  type LocalBatch,
  type LocalPath,
  type LocalRecord,
  type LocalSpace,
  type LocalStore,
  LocalStoreError,
  type LocalTable,
} from './ports/local-store'
export type { LockHold, TabsPort } from './ports/tabs'
export type {
  DownReason,
  RequestFailure,
  RequestResult,
  Transport,
  TransportEvent,
  TransportFactory,
} from './ports/transport'
export type { PresenceState, PresenceView, PresenceWatch } from './presence'
export type {
  MemberView,
  MessageDraftInput,
  Room,
  RoomState,
  RoomStatus,
  SendStatus,
  Sent,
  ShownMessage,
  TypingUser,
} from './room'
export { checkRun as unstable_checkRun } from './runtime/check-run'
export { keyValueStore } from './storage/backends/key-value'
export { memoryStore } from './storage/backends/memory'
