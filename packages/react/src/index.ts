'use client'

export { ChatProvider, useChat, useChatSelector } from './chat-provider'
export { type DehydratedChat, type DehydratedRoom, dehydrate, serializeDehydrated } from './dehydrate'
export {
  type Members,
  useConnection,
  useInvitations,
  useMembers,
  useMessage,
  useMessages,
  usePins,
  useReadReceipts,
  useRooms,
  useSend,
  useTyping,
  useUnread,
} from './hooks'
export { RoomProvider, useRoom, useRoomSelector } from './room-provider'
export type { IsEqual } from './store-hook'
export { sameItems } from './store-hook'
export { type Composer, useComposer } from './use-composer'
export { usePresence } from './use-presence'
