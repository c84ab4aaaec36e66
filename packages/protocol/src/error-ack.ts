import * as v from 'valibot'

/**
 * A refused request on the wire. `error` is a text for developers, as in protocol 1; programs read only `code` and
 * `retry`. `code` is any string here: a newer server may have more codes than this client.
 */
export const ErrorAck = v.object({
  ok: v.literal(false),
  error: v.string(),
  code: v.string(),
  retry: v.picklist(['never', 'now', 'after', 'auth']),
  retryAfterMs: v.exactOptional(v.number()),
  field: v.exactOptional(v.string()),
  limit: v.exactOptional(v.number()),
  /** REFUSED: why, in the app's own words, to be shown to the user; one line of at most `LIMITS.reasonLength`. */
  reason: v.exactOptional(v.string()),
  requestId: v.exactOptional(v.string()),
  /** VERSION_CONFLICT carries the row as it is now. */
  message: v.exactOptional(v.unknown()),
})
export type ErrorAck = v.InferOutput<typeof ErrorAck>
