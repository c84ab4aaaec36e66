// Types inferred from the names below use these; under pnpm an app cannot resolve @roomful/protocol.
export type {
  AsyncClosable,
  Brand,
  ClientId,
  MessageId,
  Metadata,
  Retry,
  RoomId,
  ServerPayload,
  UserId,
} from '@roomful/protocol'
export { isUserId } from '@roomful/protocol'
export { ApiError } from './api/api-error'
export type { ServerApi } from './api/create-api'
export { createApiKey, type ListedApiKey, listApiKeys, revokeApiKey } from './api/edit-key-file'
export type { ActingUser } from './auth/acting-user'
export type { Credentials } from './auth/credentials'
export { AuthError, type AuthErrorCode, type Authenticated } from './auth/identity'
export { type SignOptions, signToken } from './auth/jwt'
export type { Origins } from './auth/origin'
export type { Provisioning } from './auth/provisioning'
export type { ClaimNames, TokenRules } from './auth/token-rules'
export type { Bus, BusMessage } from './cluster/bus'
export { localBus } from './cluster/local-bus'
export { pingRedis, type RedisAnswer } from './cluster/ping-redis'
export { loadConfig, loadSetting } from './config'
export { CONFIG_FIELDS, type ConfigField } from './config-fields'
export type { ConfigInput } from './config-values'
export type { ChatEvent, EventData, EventType } from './core/chat-event'
export type { Claims } from './core/claims'
export type {
  Act,
  Actor,
  Facts,
  Need,
  Op,
  OutboxEvent,
  Outcome,
  Plan,
  Refusal,
  StoredMessage,
} from './core/ops'
export { type ChatServer, createChatServer } from './create-chat-server'
export type { EphemeralReader, EphemeralStore } from './ephemeral/ephemeral-store'
export { MemoryEphemeral } from './ephemeral/memory-ephemeral'
export type { WebhookEndpoint } from './events/endpoint'
export type { EventContext, EventListener, EventOf } from './events/event-log'
export { type OpenWebhooks, openWebhooks } from './events/open-webhooks'
export { verifyWebhook, type WebhookHeaders } from './events/signature'
export type { Events } from './events/start-events'
export type { DeadWebhook, DeadWebhooks, WebhookState, Webhooks } from './events/webhooks'
export type { OnUpload, ReceivedUpload } from './files/check-upload'
export { openFileFolder } from './files/file-folder'
export type { FileKind, FileKindName } from './files/file-kinds'
export type { DirectUploads, FileStore, LinkOptions, StoredFile, ThumbnailSize } from './files/file-store'
export type { FileKindLimits } from './files/kind-limits'
export type { S3Credentials, S3Location } from './files/s3/s3-client'
export { type S3Options, s3FileStore } from './files/s3/s3-file-store'
export type { HostServer } from './http/mount'
export type { Broadcaster, DeviceConnection } from './hub/device'
export type { Draft, Hooks, Verdict } from './moderation/hooks'
export { type WordFilterOptions, wordFilter } from './moderation/word-filter'
export type { ChatNode, DeviceSession } from './node/chat-node'
export { createNode, type NodeParts } from './node/create-node'
export {
  type Carried,
  type MemoryConnection,
  MemoryConnections,
} from './node/memory-connections'
export type { Retention } from './node/retention'
export { type AuthOptions, ConfigError, type LogLevel, type RateOptions, type ServerOptions } from './options'
export type { Clock } from './ports/clock'
export type { Ids } from './ports/ids'
export type { Log } from './ports/log'
export { type Meter, noMeter } from './ports/meter'
export type { Authorization, Authorize, AuthorizedAct, AuthorizedAction } from './rules/authorize'
export type { RoomTypeRules, RoomTypes } from './rules/room-types'
export { databaseOf, shownUrl, withSchema } from './stores/database-url'
export {
  backupDatabase,
  type Migrated,
  migrateDatabase,
  renewEpoch,
  restoreDatabase,
  tableVersions,
} from './stores/maintenance'
export type { Backup } from './stores/memory/backup'
export { createMemoryStore, type MemoryStore } from './stores/memory/memory-store'
export { openStore } from './stores/open-store'
export type {
  Claim,
  ClaimedStream,
  DeadLetter,
  KeptEvent,
  Outbox,
  Queue,
  Settlement,
} from './stores/outbox'
export {
  type Attendance,
  type Attending,
  type Block,
  type InvitationRow,
  type InvitationToWithdraw,
  type Membership,
  type MessageQuery,
  type NewInvitations,
  type Purged,
  type PutUser,
  type Reader,
  type ReportedRoom,
  type RoomsPage,
  type Span,
  type Standing,
  type Store,
  StoreError,
  type StoreErrorCode,
  type StoreKind,
  type UserToPut,
} from './stores/port'
export { exportRoom } from './transfer/export-room'
export { decodeExportedRow, type ExportedRow } from './transfer/exported-row'
export { type Imported, importRoom } from './transfer/import-room'
export type { ComparedTable, Difference } from './transfer/move/compare-sides'
export {
  MoveDiffersError,
  type Moved,
  type MoveOptions,
  type MoveProgress,
  moveDatabase,
} from './transfer/move/move-database'
