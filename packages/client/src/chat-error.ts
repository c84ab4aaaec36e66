export { ChatError } from './model/chat-error'
