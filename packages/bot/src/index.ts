export type { Command, CommandCall, Handler, Middleware } from './command'
export type { BotContext, BotMessage, ReplyInput } from './context'
export { type Bot, type BotOptions, createBot } from './create-bot'
export { type CursorStore, fileCursors, memoryCursors } from './cursor-store'
