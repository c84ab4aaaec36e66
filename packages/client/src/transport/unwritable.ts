import type { ErrorAck } from '@roomful/protocol'

/** The answer to a payload that cannot be written: that one is at fault, and nothing is wrong with the connection. */
export const UNWRITABLE: ErrorAck = {
  ok: false,
  error: 'The payload cannot be written',
  code: 'INVALID_PAYLOAD',
  retry: 'never',
}
