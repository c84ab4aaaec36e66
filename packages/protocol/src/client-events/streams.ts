import * as v from 'valibot'
import { Count, MessageId, RoomId } from '../ids'
import { LIMITS } from '../limits'
import { StreamState } from '../rows'
import { isStorableText } from '../text'

const onStream = { roomId: RoomId, messageId: MessageId }

/**
 * The sender writes the whole text so far, and in the end the state in which it ends. It has to begin with the text that
 * the message has: one that does not is a VERSION_CONFLICT; one that is shorter changes nothing, so that a retry is
 * safe. `run`: the one of the row, 0 if it has none.
 */
export const WriteStream = v.strictObject({
  ...onStream,
  run: Count,
  content: v.pipe(v.string(), v.maxLength(LIMITS.contentCodePoints * 2)),
  state: StreamState,
})
export type WriteStream = v.InferOutput<typeof WriteStream>

/** The sender continues a message that is `interrupted`, or `streaming`: earlier producers of it write no more. */
export const ResumeStream = v.strictObject(onStream)
/** Ends it: by its sender, the user it answers, those who may delete it, in a dm both. What has ended stays as it is. */
export const CancelStream = v.strictObject(onStream)

/** A piece of a growing message. `offset`: where it begins in the text, in UTF-16 code units. */
export const StreamPiece = v.object({
  messageId: MessageId,
  run: Count,
  offset: Count,
  text: v.pipe(v.string(), v.maxLength(LIMITS.contentCodePoints * 2), v.check(isStorableText)),
})
export type StreamPiece = v.InferOutput<typeof StreamPiece>

/**
 * What the producer has added, in any of its rooms. Never stored: `write-stream` is. An empty text shows that the
 * producer is alive.
 */
export const MessageDelta = v.strictObject({
  deltas: v.pipe(
    v.array(v.strictObject({ roomId: RoomId, ...StreamPiece.entries })),
    v.minLength(1),
    v.maxLength(LIMITS.streamDeltas),
  ),
})
/** `refused`: those that were not taken, since they do not continue a growing message of the sender: `write-stream` says why. */
export const MessageDeltaAck = v.object({ ok: v.literal(true), refused: v.array(MessageId) })
