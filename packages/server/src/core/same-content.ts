import type { Json, Metadata } from '@roomful/protocol'
import type { Op, StoredMessage } from './ops'

/**
 * True if this send is a retry of the one that made `first`. Content that an edit or a delete has since replaced cannot
 * be compared, and counts as the same: a retry whose ack was lost must find its message, not a conflict.
 */
export function isSameSend(
  first: StoredMessage,
  op: Pick<Extract<Op, { kind: 'send' }>, 'type' | 'replyTo' | 'content' | 'metadata' | 'stream'>,
): boolean {
  if (first.type !== op.type || first.replyTo !== op.replyTo) return false
  if (first.deleted) return true
  if ((first.stream !== undefined) !== (op.stream === true)) return false
  if (!isSameMetadata(first.metadata, op.metadata)) return false
  // What has grown cannot be compared with its beginning.
  if (first.stream) return true
  return first.editedAt !== null || first.content === op.content
}

export function isSameMetadata(a: Metadata | undefined, b: Metadata | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && isSameJson(a, b))
}

/** By value; the order of keys does not count, because jsonb does not keep it. Metadata is at most 8 levels deep. */
function isSameJson(a: Json, b: Json): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((item, index) => isSameJson(item, b[index] ?? null))
    )
  }
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => {
      const [left, right] = [a[key], b[key]]
      return Object.hasOwn(b, key) && left !== undefined && right !== undefined && isSameJson(left, right)
    })
  )
}
