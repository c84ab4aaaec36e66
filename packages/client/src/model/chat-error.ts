import type { ErrorAck, ErrorCode, Retry } from '@roomful/protocol'
import { isErrorCode, retryOf } from '@roomful/protocol/plain'

/** How a user's place in a room ended. */
export type RoomRemoval = 'left' | 'kicked' | 'banned' | 'deleted'

/** The details of a refusal besides its code; each is there only if it has a meaning. */
type ErrorDetails = {
  /** Milliseconds to wait before the next try. */
  readonly retryAfterMs?: number
  /** The path of what was refused, such as `metadata.order.n`. */
  readonly field?: string
  /** The limit that was reached: how many, how long, or how many bytes. */
  readonly limit?: number
  /** REFUSED: why, in the app's own words, for the user; one line of text, never HTML. */
  readonly reason?: string
  /** ROOM_NOT_FOUND of a room that the user was in a moment ago: how that ended. `deleted`: for all. */
  readonly removal?: RoomRemoval
  /**
   * ORIGIN_DENIED, and OFFLINE of a page: what a developer may have to do. `serve --origins`: the server is up, and does not
   * take pages of this origin; `message` names it.
   */
  readonly hint?: string
  /** By which the server's log knows the request; absent where the client refused by itself. */
  readonly requestId?: string
}

/**
 * The one error of the SDK. Branch on `code` and `retry`; `message` is for developers.
 * A code of a newer server that this client does not know arrives as `INTERNAL`, with the server's own `retry`.
 *
 * @example
 * room.send('hi').catch((error: unknown) => {
 *   if (error instanceof ChatError && error.code === 'MUTED') show('You are muted here')
 * })
 */
export class ChatError extends Error implements ErrorDetails {
  override readonly name = 'ChatError'
  readonly code: ErrorCode
  readonly retry: Retry
  declare readonly retryAfterMs?: number
  declare readonly field?: string
  declare readonly limit?: number
  declare readonly reason?: string
  declare readonly hint?: string
  declare readonly removal?: RoomRemoval
  declare readonly requestId?: string

  constructor(
    code: ErrorCode,
    message: string,
    { retry, cause, ...details }: ErrorDetails & { retry?: Retry; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.retry = retry ?? retryOf(code)
    Object.assign(this, details)
  }

  static fromAck(ack: ErrorAck): ChatError {
    const { ok: _, error, code, message: __, ...details } = ack
    return new ChatError(isErrorCode(code) ? code : 'INTERNAL', error, { ...details, cause: ack })
  }
}
