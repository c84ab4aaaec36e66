import type { Message, WireErrorCode } from '@roomful/protocol'
import type { Refusal } from './ops'

type Details = { retryAfterMs?: number; field?: string; limit?: number; reason?: string; message?: Message }

export const refuse = (code: WireErrorCode, details: Details = {}): Refusal => ({
  ok: false,
  code,
  ...details,
})
