import { createHash } from 'node:crypto'
import type { Chat, MessageMetadata, Room, ShownMessage } from '@roomful/client'
import type { CommandCall } from './command'

/** A message that a bot handles: not deleted, and not a `system` message. */
export type BotMessage = Exclude<ShownMessage, { readonly deleted: true } | { readonly type: 'system' }>

export type ReplyInput = string | { readonly content: string; readonly metadata?: MessageMetadata<'reply'> }

/** One message while it is being handled. */
export type BotContext = {
  readonly chat: Chat
  readonly room: Room
  readonly message: BotMessage
  /** The command that the message calls, if any. */
  readonly command: CommandCall | undefined
  /** Aborted when the bot is stopped. */
  readonly signal: AbortSignal
  /**
   * Replies to the message in its room. The reply is keyed to the message: however often a message is handled (a crash,
   * a second process), its first reply is sent once, its second once, and so on. `key` names a reply if their order may
   * differ.
   */
  reply(reply: ReplyInput, key?: string): Promise<void>
  /** Pins the message, where the bot moderates the room. Pinned already is a success too, so that a second try is none. */
  pin(): Promise<void>
}

/** The same message and key always give the same clientId: by I4 any number of tries makes one reply. */
export function replyClientId(messageId: string, key: string): ClientId {
  return `bot-${createHash('sha256').update(`${messageId} ${key}`).digest('base64url')}` as ClientId
}

type ClientId = NonNullable<ShownMessage['clientId']>
type MessageId = NonNullable<ShownMessage['replyTo']>

/** A confirmed message has the server's id; the type of a shown one leaves it optional. */
export function messageIdOf(message: ShownMessage): MessageId {
  if (message.seq === 0) throw new Error('Only a confirmed message can be answered')
  return message.id as MessageId
}
