import type { ErrorAck, ErrorCode, Retry } from '@roomful/protocol'
import { isErrorCode, retryOf } from '@roomful/protocol/plain'

/**
 * The one error of the SDK. Branch on `code` and `retry`; `message` is for developers.
 * A code of a newer server that this client does not know arrives as `INTERNAL`, with the server's own `retry`.
 *
 * @example
 * room.send('hi').catch((error) => { if (error.code === 'MUTED') showMuted() })
 */
export class ChatError extends Error {
  override readonly name = 'ChatError'
  readonly code: ErrorCode
  readonly retry: Retry
  /** Milliseconds to wait before the next try, where the server said so. */
  readonly retryAfterMs?: number

  constructor(
    code: ErrorCode,
    message: string,
    options: { retry?: Retry; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retry = options.retry ?? retryOf(code)
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs
  }

  static fromAck(ack: ErrorAck): ChatError {
    return new ChatError(isErrorCode(ack.code) ? ack.code : 'INTERNAL', ack.error, {
      retry: ack.retry,
      ...(ack.retryAfterMs === undefined ? {} : { retryAfterMs: ack.retryAfterMs }),
      cause: ack,
    })
  }
}
