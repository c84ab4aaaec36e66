import * as v from 'valibot'
import { ErrorAck } from '../error-ack'
import { ClientId, IsoTime, MessageId, OpId, Rev, RoomId, Seq } from '../ids'
import { LIMITS } from '../limits'
import { Metadata } from '../metadata'
import { ClientMessageType, Message } from '../rows'

const draft = {
  content: v.string(),
  type: v.exactOptional(ClientMessageType),
  replyTo: v.exactOptional(v.nullable(MessageId)),
  metadata: v.exactOptional(Metadata),
  /** It grows: its content, which may be empty, is the beginning. `write-stream` adds the rest. */
  stream: v.exactOptional(v.literal(true)),
}

/** A message to send. `clientId` makes the send idempotent: with it a retry is always safe. */
export const MessageDraft = v.strictObject({ ...draft, clientId: ClientId })
export type MessageDraft = v.InferOutput<typeof MessageDraft>

/** A member asks the server to store one message. Protocol 1 may leave `clientId` out, and then has no safe retry. */
export const SendMessage = v.strictObject({ roomId: RoomId, ...draft, clientId: v.exactOptional(ClientId) })
export type SendMessage = v.InferOutput<typeof SendMessage>

export const SendMessageAck = v.object({
  ok: v.literal(true),
  message: Message,
  /** The clientId was used before: `message` is the first row, and nothing was broadcast. */
  duplicate: v.exactOptional(v.boolean()),
})

/** Several messages of one room, in order, in one commit. */
export const SendMessages = v.strictObject({
  roomId: RoomId,
  messages: v.pipe(v.array(MessageDraft), v.minLength(1), v.maxLength(LIMITS.sendBatch)),
})
export type SendMessages = v.InferOutput<typeof SendMessages>

/** One result per message, in order. After a retryable refusal the rest are NOT_ATTEMPTED. */
export const SendMessagesAck = v.object({
  ok: v.literal(true),
  results: v.array(v.union([SendMessageAck, ErrorAck])),
})

/** A page of history around, before or after a place; the newest page if none is named. */
export const FetchHistory = v.strictObject({
  roomId: RoomId,
  /** `null` as well as absent: the newest page (a protocol-1 habit). */
  beforeSeq: v.exactOptional(v.nullable(Seq)),
  afterSeq: v.exactOptional(Seq),
  aroundSeq: v.exactOptional(Seq),
  /** Around this message, deleted or not. MESSAGE_NOT_FOUND: there is none that the reader may see. */
  aroundId: v.exactOptional(MessageId),
  /** Around the first message of this time or later; around the last where none is. */
  aroundTime: v.exactOptional(IsoTime),
  limit: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(LIMITS.historyPage))),
  includeDeleted: v.exactOptional(v.boolean()),
  /** The reader's cursor. The reader refuses a page older than it, so the server waits for it if it can. */
  minRev: v.exactOptional(Rev),
})
export type FetchHistory = v.InferOutput<typeof FetchHistory>

/**
 * Ascending. Every seq in `fromSeq..toSeq` that is absent from `messages` is deleted. An empty page has
 * `toSeq < fromSeq`. `floorSeq` is the first seq this reader may ever see.
 */
export const FetchHistoryAck = v.object({
  ok: v.literal(true),
  messages: v.array(Message),
  rev: Rev,
  fromSeq: Seq,
  toSeq: v.pipe(v.number(), v.safeInteger()),
  lastSeq: Seq,
  floorSeq: Seq,
  /** The place of `aroundId` or `aroundTime`. */
  aroundSeq: v.exactOptional(Seq),
})
export type FetchHistoryAck = v.InferOutput<typeof FetchHistoryAck>

/**
 * Counts the messages after `afterSeq` that would be unread for the caller if their cursor were there: of others, not
 * deleted, no system messages. Unlike `unread` it goes on past LIMITS.unreadCap.
 */
export const CountUnread = v.strictObject({ roomId: RoomId, afterSeq: Seq })
export type CountUnread = v.InferOutput<typeof CountUnread>
/** Counted in `afterSeq + 1..toSeq`, at most LIMITS.unreadCount messages: below `lastSeq` the rest is asked for from there. */
export const CountUnreadAck = v.object({ ok: v.literal(true), count: v.number(), toSeq: Seq, lastSeq: Seq })

const onMessage = { messageId: MessageId, roomId: v.exactOptional(RoomId), opId: v.exactOptional(OpId) }

/** The sender changes the content. `baseRev`: the rev that was edited; an older one is a VERSION_CONFLICT. */
export const EditMessage = v.strictObject({
  ...onMessage,
  content: v.string(),
  baseRev: v.exactOptional(Rev),
})
export type EditMessage = v.InferOutput<typeof EditMessage>

/** The sender, or a moderator, turns it into a tombstone. Deleting a tombstone succeeds and changes nothing. */
export const DeleteMessage = v.strictObject(onMessage)
export type DeleteMessage = v.InferOutput<typeof DeleteMessage>

const Emoji = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(LIMITS.emojiLength),
  v.regex(/^[^\s\p{Cc}\p{Surrogate}]+$/u),
)

/** Adds or removes the caller's own reaction; never a toggle, so that a retry is safe. */
export const ReactMessage = v.strictObject({ ...onMessage, emoji: Emoji, op: v.picklist(['add', 'remove']) })
export type ReactMessage = v.InferOutput<typeof ReactMessage>

/** Pins a message, or takes its pin away; never a toggle. By those who moderate the room, in a dm by both. */
export const PinMessage = v.strictObject({ ...onMessage, op: v.picklist(['add', 'remove']) })
export type PinMessage = v.InferOutput<typeof PinMessage>

export const MessageAck = v.object({ ok: v.literal(true), message: Message })

/** Moves the read cursor forward to `seq`, never back and never past the head. */
export const MarkRead = v.strictObject({ roomId: RoomId, seq: Seq })
export type MarkRead = v.InferOutput<typeof MarkRead>
export const MarkReadAck = v.object({ ok: v.literal(true), seq: Seq, unread: v.number() })
