import type { Message } from '@roomful/protocol'

/** Names and ids of a row, in bytes, about. */
const ROW_BYTES = 400
const REACTION_BYTES = 80

/** What a chunk takes on the disk, about: a figure that costs next to nothing, for a budget that is one too. */
export function sizeOf(messages: readonly Message[]): number {
  let bytes = 0
  // What stands on the disk may be of any shape, and an upgrade must not fail on it.
  if (!Array.isArray(messages)) return bytes
  for (const row of messages as readonly Partial<Message>[]) {
    bytes += ROW_BYTES + 2 * (row?.content?.length ?? 0) + REACTION_BYTES * (row?.reactions?.length ?? 0)
    if (row?.metadata) bytes += 2 * JSON.stringify(row.metadata).length
  }
  return bytes
}
