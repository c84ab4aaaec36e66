import type {
  Chat,
  Invitation,
  MessageId,
  MessageMetadata,
  Metadata,
  Room,
  ShownMessage,
  StreamSource,
} from '@roomful/client'
import type { CommandCall } from './model/parse-command'

/** A message that a bot handles: not deleted, and not a `system` message. */
export type BotMessage = Exclude<ShownMessage, { readonly deleted: true } | { readonly type: 'system' }>

export type ReplyInput = string | { readonly content: string; readonly metadata?: MessageMetadata<'reply'> }
export type SendInput =
  | string
  | { readonly content: string; readonly type?: string; readonly metadata?: Metadata }

/** Undefined: an earlier run sent it, with other words, which stand. */
export type SentMessage = { readonly id: MessageId | undefined; readonly seq: number | undefined }

/** What a session holds where its type is not given. */
export type DefaultSession = Record<string, unknown>

/** What every context of a room's event has. */
export type EventContext = {
  readonly chat: Chat
  readonly room: Room
  /** Aborted when the bot ends, and when the handler has taken too long. */
  readonly signal: AbortSignal
  /**
   * Sends a message to the room. It is keyed to the event: however often that is handled (a crash, a second process), its
   * first message is sent once, its second once, and so on. `key` names one if their order may differ.
   */
  send(message: SendInput, key?: string): Promise<SentMessage>
}

/** One message while it is being handled. */
export type BotContext<S extends object = DefaultSession> = EventContext & {
  readonly message: BotMessage
  /** The command that the message calls, if any. */
  readonly command: CommandCall | undefined
  /**
   * Of this user in this room, or as `sessionKey` says. Kept together with the cursor when the handler ends well: JSON of at
   * most 16 KB.
   */
  session: S
  /** As `send`, as a reply to the message. */
  reply(reply: ReplyInput, key?: string): Promise<SentMessage>
  /**
   * A reply that grows while its source is read: the answer of a language model, above all. Resolves when it has ended, also
   * when a user has cancelled it. Keyed as `reply` is: handled again, after a crash or a stop, it continues what it
   * has written, and one that has ended stays as it is. A function as the source is given what is written already, and
   * yields the rest.
   */
  replyStream(
    source: StreamSource | ((soFar: string) => StreamSource),
    options?: { readonly metadata?: MessageMetadata<'reply'>; readonly key?: string },
  ): Promise<SentMessage>
  /** Pins the message, where the bot moderates the room. Pinned already is a success too, so that a second try is none. */
  pin(): Promise<void>
  /**
   * As `Bot.schedule`. Without `key` it is keyed to the message: handled again, it is scheduled once while it waits, and
   * what it sends is sent once in any case.
   */
  schedule(job: string, options: { at: Date; data?: unknown; key?: string }): Promise<boolean>
}

/** `args` as the schemas of the command made them. */
export type CommandContext<S extends object = DefaultSession, A = unknown> = BotContext<S> & {
  readonly command: CommandCall
  readonly args: A
}

export type HearsContext<S extends object = DefaultSession> = BotContext<S> & {
  readonly match: RegExpExecArray
}

/** A message of type `system`, with which the server reports an act in the room. */
export type SystemContext = EventContext & { readonly message: ShownMessage; readonly action: string }

/**
 * Somebody came or went. `by`: the user who did it, if another. `action` is `join` or `invite`; or `leave`, `kick` or `ban`.
 */
export type MemberContext = EventContext & {
  readonly userId: string
  readonly by: string | undefined
  readonly action: string
}

export type EditContext = EventContext & { readonly message: ShownMessage; readonly before: ShownMessage }
export type ReactionContext = EventContext & {
  readonly message: ShownMessage
  readonly emoji: string
  readonly op: 'add' | 'remove'
  /** Undefined where so many have reacted that the message does not name them. */
  readonly userId: string | undefined
}
export type TypingContext = EventContext & { readonly userId: string; readonly name: string }
export type InvitationContext = {
  readonly chat: Chat
  readonly invitation: Invitation
  readonly signal: AbortSignal
}
/** A job at its time. `at`: when it was due, which may be long ago if no bot ran then. */
export type JobContext = {
  readonly chat: Chat
  readonly job: string
  readonly at: Date
  /** As it was scheduled: JSON. */
  readonly data: unknown
  readonly signal: AbortSignal
  /** Keyed to the job and its time: sent once, however often it is tried. */
  send(roomId: string, message: SendInput, key?: string): Promise<SentMessage>
}

/**
 * The events of `bot.on`. `message`, `system`, `join` and `leave` come once each, in order, also those of the time in which
 * the bot did not run; they are tried again, and kept as dead letters. A message that grows comes when it has ended.
 * `edit`, `delete`, `reaction`, `typing`, `added` (the bot came into this room) and `removed` come as they happen, at most
 * once; edits, deletes and reactions of the messages that the client holds, and not the bot's own.
 */
export type BotEvents<S extends object = DefaultSession> = {
  message: BotContext<S>
  system: SystemContext
  join: MemberContext
  leave: MemberContext
  edit: EditContext
  delete: EditContext
  reaction: ReactionContext
  typing: TypingContext
  added: EventContext
  removed: EventContext
  invitation: InvitationContext
}

/** A confirmed message has the server's id; the type of a shown one leaves it optional. */
export function messageIdOf(message: ShownMessage): MessageId {
  if (message.seq === 0) throw new Error('Only a confirmed message can be answered')
  return message.id as MessageId
}
