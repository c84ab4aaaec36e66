export { useConnection, useRooms, useUnread } from './chat-hooks'
export { ChatProvider, useChat, useChatSelector } from './chat-provider'
export {
  useMembers,
  useMessage,
  useMessages,
  useReadReceipts,
  useSend,
  useTyping,
} from './message-hooks'
export { RoomProvider, useRoom, useRoomSelector } from './room-provider'
export type { ScrollView } from './scroll-view'
export type { IsEqual } from './store-hook'
export { sameItems } from './store-hook'
export { type Composer, useComposer } from './use-composer'
export { type MessageScroll, useMessageScroll } from './use-message-scroll'
export { type PresenceState, type PresenceView, usePresence } from './use-presence'
