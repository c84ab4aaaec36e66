/** What needs no schema: an import of this alone loads no decoders. */
export { asClientId, asMessageId, asRoomId, asUserId } from './branded'
export { emojiKey } from './emoji'
export { isErrorCode, LOCAL_ERRORS, retryOf, WIRE_ERRORS } from './errors'
export {
  HEADS_INTERVAL_MS,
  LIMITS,
  STREAM_ALIVE_MS,
  STREAM_WRITE_MS,
  TYPING_RENEW_MS,
  TYPING_TTL_MS,
} from './limits'
export { isGrowing, messageProblem, showsFile } from './message-content'
export { cutContent, pinOf, pinsInOrder } from './pins'
export { type Plain, plainMetadata, plainPayload } from './plain-json'
export { isRoomId } from './room-id'
export { byteLength, codePointLength, contentProblem, isBlank, isStorableText } from './text'
export { isUserId } from './user-id'
