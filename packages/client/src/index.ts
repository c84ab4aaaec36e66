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
  Pin,
  Retry,
  RoomId,
  SentInvitation,
  SystemAction,
  SystemMetadata,
  UserId,
} from '@roomful/protocol'
export { isGrowing } from '@roomful/protocol/plain'
export type { Chat, ChatState, ConnectionState, RoomSummary, StorageState } from './chat'
export { ChatError, type RoomRemoval } from './chat-error'
export { createChat } from './create-chat'
export { checkRun as unstable_checkRun } from './engine/check-run'
export type {
  InspectedConnection,
  InspectedCounts,
  InspectedEntry,
  InspectedEvent,
  InspectedRange,
  InspectedRoom,
  InspectedValue,
  Inspection,
  InspectOptions,
  Inspector,
  InspectTrace,
} from './inspect/inspection'
// For @roomful/testing, which checks a room's inside after every event. Not a promise: it may change in any version.
export { checkRoom as unstable_checkRoom } from './model/invariants'
export type { Entry as unstable_Entry } from './model/outbox/entry'
export type {
  MessageMetadata,
  MessageType,
  Register,
  RoomMetadata,
  RoomRow,
  UnknownType,
} from './model/register'
export type { RoomEvent as unstable_RoomEvent } from './model/room/room-event'
export type { RoomModel as unstable_RoomCore } from './model/room/room-model'
export {
  at as unstable_at,
  changedChunks as unstable_changedChunks,
  type Range as unstable_Range,
  rangesOf as unstable_rangesOf,
  rowsIn as unstable_rowsIn,
} from './model/rows/timeline'
export { unreadOf as unstable_unreadOf } from './model/unread/unread-rows'
export type { Auth, ChatOptions, ChatPorts, ErrorContext, WaitOptions } from './options'
export type { Clock } from './platform/clock'
export type { Environment, WakeReason } from './platform/environment'
export type { Http, HttpAnswer, HttpRequest } from './platform/http'
export type { Ids } from './platform/ids'
export type { PresenceState, PresenceView, PresenceWatch } from './presence'
export type {
  FileOptions,
  LoadFileOptions,
  MemberView,
  MessageDraftInput,
  ReadableParts,
  Room,
  RoomState,
  RoomStatus,
  SendStatus,
  SendStreamOptions,
  Sent,
  SentStream,
  ShownMessage,
  StreamPart,
  StreamPlace,
  StreamSource,
  TypingUser,
  UploadState,
} from './room'
export { keyValueStore } from './storage/backends/key-value'
export { memoryStore } from './storage/backends/memory'
export {
  type LocalBatch,
  type LocalPath,
  type LocalRecord,
  type LocalSpace,
  type LocalStore,
  LocalStoreError,
  type LocalTable,
} from './storage/port'
export type { LockHold, TabsPort } from './tabs/port'
export type {
  DownReason,
  RequestFailure,
  RequestResult,
  Transport,
  TransportEvent,
  TransportFactory,
} from './transport/port'
