import { ClientId } from '@roomful/protocol'
import type { Context } from 'hono'
import * as v from 'valibot'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'

/** The header by which a client names an upload, so that a repeated try is the same file. */
const HEADER = 'Idempotency-Key'

/** Undefined: the client names none. */
export function uploadKeyOf(c: Context): string | Refusal | undefined {
  const key = c.req.header(HEADER)
  return key === undefined || v.is(ClientId, key) ? key : refuse('INVALID_PAYLOAD', { field: HEADER })
}
