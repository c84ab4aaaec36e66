export { ChatError } from './core/chat-error'
