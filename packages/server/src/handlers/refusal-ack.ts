import { type ErrorAck, retryOf, WIRE_ERRORS } from '@roomful/protocol'
import type { Refusal } from '../core/ops'

/** A refusal as it is sent: with its text and advice from the one table, and without the server's internals. */
export function errorAck(refusal: Refusal, requestId: string): ErrorAck {
  const { code } = refusal
  return { ...refusal, error: WIRE_ERRORS[code].text, retry: retryOf(code), requestId }
}
