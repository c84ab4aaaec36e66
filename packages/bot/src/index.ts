// Inferred types are written with the names below; under pnpm an app cannot resolve @roomful/client.
export {
  type AsyncClosable,
  type Auth,
  type Brand,
  type Chat,
  ChatError,
  type ChatPorts,
  type ChatState,
  type ClientId,
  type Clock,
  type ConnectionState,
  type ErrorCode,
  type FileOptions,
  type InspectedConnection,
  type InspectedCounts,
  type InspectedEntry,
  type InspectedEvent,
  type InspectedRange,
  type InspectedRoom,
  type InspectedValue,
  type Inspection,
  type InspectOptions,
  type Inspector,
  type InspectTrace,
  type Invitation,
  type LoadFileOptions,
  type LocalStore,
  type MemberView,
  type MessageDraftInput,
  type MessageId,
  type Metadata,
  type OkAck,
  type PayloadInput,
  type Pin,
  type PresenceState,
  type PresenceView,
  type PresenceWatch,
  type ReadableParts,
  type Retry,
  type Room,
  type RoomRemoval,
  type RoomRow,
  type RoomState,
  type RoomStatus,
  type RoomSummary,
  type SendStatus,
  type SendStreamOptions,
  type Sent,
  type SentStream,
  type ShownMessage,
  type StorageState,
  type StreamPart,
  type StreamPlace,
  type StreamSource,
  type TypingUser,
  type UploadState,
  type UserId,
  type WaitOptions,
} from '@roomful/client'
export { exitCodeOf } from '@roomful/client/node'
export type { StandardSchemaV1 } from '@standard-schema/spec'
export type { Bot } from './bot'
export type { BotErrorContext, OnBotError } from './bot-error'
export type { BotConnection, BotOptions, BotSettings } from './bot-options'
export type { ArgSchemas, ArgsOf } from './command-args'
export type {
  BotContext,
  BotEvents,
  BotMessage,
  CommandContext,
  DefaultSession,
  EditContext,
  EventContext,
  HearsContext,
  InvitationContext,
  JobContext,
  MemberContext,
  ReactionContext,
  ReplyInput,
  SendInput,
  SentMessage,
  SystemContext,
  TypingContext,
} from './context'
export { createBot } from './create-bot'
export type { DeadLetter, DeadLetters } from './dead-letters'
export type {
  CommandHandler,
  CommandOptions,
  EventHandler,
  Handler,
  HearsHandler,
  JobHandler,
  Middleware,
  Role,
} from './handlers'
export type { AcceptRule } from './invitations'
export type { CommandCall } from './model/parse-command'
export type { Rate } from './model/token-bucket'
export type { Every } from './occurrence'
export { runBot } from './run-bot'
export type { JobOptions } from './scheduler'
export { fileBotStore, localBotStore, memoryBotStore } from './store/local-bot-store'
export { type BotRecord, type BotStore, type BotTable, type BotWrite, LeaseLostError } from './store/port'
export { type PostgresDatabase, postgresBotStore } from './store/postgres-bot-store'
export { type SqliteDatabase, sqliteBotStore } from './store/sqlite-bot-store'
