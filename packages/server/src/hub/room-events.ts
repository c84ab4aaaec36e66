import type { Change, Message, ServerPayload } from '@roomful/protocol'
import type { UndeliveredBatch } from './delivered-changes'

/** One change as protocol 1 sends it. */
export type Protocol1Event =
  | { event: 'new-message'; payload: ServerPayload<'new-message'> }
  | { event: 'message-edited'; payload: ServerPayload<'message-edited'> }
  | { event: 'message-deleted'; payload: ServerPayload<'message-deleted'> }

/** The changes of one batch in the reference's events, one a message change. It has none for members and settings. */
export function protocol1Events(
  { created, overtaken }: UndeliveredBatch,
  changes: readonly Change[],
): Protocol1Event[] {
  const events: Protocol1Event[] = []
  for (const change of changes) {
    if (change.kind !== 'message' || overtaken.has(change.rev)) continue
    const event = toProtocol1(change.message, created.has(change.rev))
    if (event) events.push(event)
  }
  return events
}

function toProtocol1(message: Message, isNew: boolean): Protocol1Event | undefined {
  const { id: messageId, roomId, seq, rev, content, editedAt } = message
  if (message.deleted) return { event: 'message-deleted', payload: { messageId, seq, roomId, rev } }
  if (isNew) return { event: 'new-message', payload: message }
  // Neither new, deleted, ever edited nor grown: a reaction, for which the reference has no event.
  if (editedAt === null && message.stream === undefined) return undefined
  return { event: 'message-edited', payload: { messageId, content, seq, roomId, rev, editedAt } }
}
