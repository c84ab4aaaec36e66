import { type ErrorAck, retryOf, WIRE_ERRORS } from '@roomful/protocol'
import type { Refusal } from '../core/ops'

/**
 * A refusal as it is sent: with its text and advice from the one table, and without the server's internals. An app's
 * reason is the text too: a client that does not know `reason` has only that to show.
 */
export function errorAck(refusal: Refusal, requestId: string): ErrorAck {
  const { code, reason } = refusal
  return { ...refusal, error: reason ?? WIRE_ERRORS[code].text, retry: retryOf(code), requestId }
}
