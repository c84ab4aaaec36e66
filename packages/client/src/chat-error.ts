export { ChatError, type RoomRemoval } from './model/chat-error'
