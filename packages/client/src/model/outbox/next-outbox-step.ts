import type { MessageDraft, MessageId } from '@roomful/protocol'
import { byteLength, LIMITS } from '@roomful/protocol/plain'
import type { RoomModel } from '../room/room-model'
import { type Entry, isUploading, type ReadEntry, type SendEntry, type TargetedEntry } from './entry'
import { openEntries } from './entry-list'
import type { Outbox } from './outbox'

/** A batch stays below the server's frame of 64 KB with room for the envelope. */
const BATCH_BYTES = 60 * 1024

export type OutboxStep =
  | {
      readonly do: 'send'
      readonly entries: readonly SendEntry[]
      readonly messages: readonly MessageDraft[]
    }
  | { readonly do: 'op'; readonly entry: TargetedEntry; readonly messageId: MessageId }
  | { readonly do: 'read'; readonly entry: ReadEntry }
  | { readonly do: 'wait'; readonly until: number }
  | { readonly do: 'expire'; readonly ids: readonly string[] }

/**
 * What the outbox of one room sends now, if anything: first in, first out, one request in flight, the next carries all
 * sends that are queued (I9). A message whose file is not uploaded yet lets all others pass: see `uploads.ts`. After a reconnect the sync comes first, because it confirms what had got through.
 */
export function nextOutboxStep(model: RoomModel, now: number): OutboxStep | null {
  const { outbox, sync, view, listing } = model
  const { entries, hold } = outbox
  if (entries.size === entries.totals.failed || model.connection !== 'up') return null
  if (view.opened && sync.subscription !== 'synced' && listing.removed === null) return null
  if (entries.totals.inflight > 0) return null
  if (hold.until > now) return { do: 'wait', until: hold.until }
  let due = Number.POSITIVE_INFINITY
  for (const entry of openEntries(entries)) {
    if (entry.kind === 'read' && entry.dueAt > now) {
      due = Math.min(due, entry.dueAt)
      continue
    }
    if (isUploading(entry)) continue
    // Still being written to disk: it may not be overtaken.
    if (entry.state.at === 'storing') break
    const step = stepFor(outbox, entry)
    if (step !== null) return step
  }
  return Number.isFinite(due) ? { do: 'wait', until: due } : null
}

function stepFor(outbox: Outbox, entry: Entry): OutboxStep | null {
  if (entry.kind === 'send') return batchFrom(outbox, entry.order)
  if (entry.kind === 'read') return { do: 'read', entry }
  // By clientId: its message is not confirmed yet, and what is behind it need not wait for that.
  return 'id' in entry.target ? { do: 'op', entry, messageId: entry.target.id } : null
}

/** All sends from here on that may go together: up to the first of another kind, or one that answers another of them. */
function batchFrom(outbox: Outbox, from: number): OutboxStep | null {
  const entries: SendEntry[] = []
  const messages: MessageDraft[] = []
  const most = outbox.sendOneByOne ? 1 : LIMITS.sendBatch
  let bytes = 0
  for (const entry of openEntries(outbox.entries, from)) {
    if (entry.kind === 'read' || isUploading(entry)) continue
    if (entry.kind !== 'send' || entry.state.at !== 'ready' || messages.length >= most) break
    const message = draftOf(entry)
    if (message === null) break
    bytes += byteLength(JSON.stringify(message)) + 1
    if (bytes > BATCH_BYTES && messages.length > 0) break
    entries.push(entry)
    messages.push(message)
  }
  return messages.length > 0 ? { do: 'send', entries, messages } : null
}

/** Null while it answers a message that has no real id yet. */
function draftOf(entry: SendEntry): MessageDraft | null {
  const { replyTo } = entry
  if (replyTo !== null && !('id' in replyTo)) return null
  return {
    clientId: entry.id,
    content: entry.content,
    ...(entry.type === undefined ? {} : { type: entry.type }),
    ...(replyTo === null ? {} : { replyTo: replyTo.id }),
    ...(entry.metadata === undefined ? {} : { metadata: entry.metadata }),
    ...(entry.stream && { stream: true }),
  }
}
