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
  type ConnectionState,
  type ErrorCode,
  type MemberView,
  type MessageDraftInput,
  type MessageId,
  type Metadata,
  type OkAck,
  type PayloadInput,
  type PresenceState,
  type PresenceView,
  type PresenceWatch,
  type Retry,
  type Room,
  type RoomRow,
  type RoomState,
  type RoomStatus,
  type RoomSummary,
  type SendStatus,
  type Sent,
  type ShownMessage,
  type StorageState,
  type TypingUser,
  type UserId,
  type WaitOptions,
} from '@roomful/client'
export type { Command, CommandCall, Handler, Middleware } from './command'
export type { BotContext, BotMessage, ReplyInput } from './context'
export { type Bot, type BotOptions, createBot } from './create-bot'
export { type CursorStore, fileCursors, memoryCursors } from './cursor-store'
