import type { Op } from './ops'

/** An op without its content and metadata, and its place in the queue. */
const BASE_BYTES = 1_000
/** A string holds two bytes a character at most. */
const CHARACTER_BYTES = 2
/** For metadata: its keys and values as objects, not as JSON. */
const JSON_CHARACTER_BYTES = 4

/** Upper estimate of the memory that a waiting op takes. */
export function sizeOf(op: Op): number {
  const content = 'content' in op ? op.content.length * CHARACTER_BYTES : 0
  const metadata = 'metadata' in op && op.metadata !== undefined ? JSON.stringify(op.metadata).length : 0
  return BASE_BYTES + content + metadata * JSON_CHARACTER_BYTES
}
