import { type ErrorAck, retryOf, WIRE_ERRORS } from '@roomful/protocol'
import type { Refusal } from '../core/ops'

/** A refusal as it travels: with its text and advice from the one table, and nothing of the server's inside. */
export function errorAck(refusal: Refusal, requestId: string): ErrorAck {
  const { code } = refusal
  return { ...refusal, error: WIRE_ERRORS[code].text, retry: retryOf(code), requestId }
}
