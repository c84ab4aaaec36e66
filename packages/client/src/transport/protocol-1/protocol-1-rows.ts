import type { Message } from '@roomful/protocol'
import { asClientId, asMessageId, asRoomId, asUserId } from '@roomful/protocol/plain'

/** A message as a server of protocol 1 sends it: without `rev`, and often without the rest that came later. */
export type Protocol1Row = Omit<Message, 'rev'>

/** Null: not a message, by the fields without which nothing can be shown. Everything else has a default. */
export function readProtocol1Row(value: unknown, roomId?: string): Protocol1Row | null {
  if (!isRecord(value)) return null
  const { id, seq, content } = value
  const senderId = value.senderId ?? value.sender_id
  const room = value.roomId ?? value.room_id ?? roomId
  if (!isId(id) || !isId(senderId) || !isId(room) || typeof content !== 'string') return null
  const place = Number(seq)
  if (!Number.isSafeInteger(place) || place < 1) return null
  const deleted = value.deleted === true
  const replyTo = value.replyTo ?? value.reply_to
  const clientId = value.clientId ?? value.client_id
  return {
    id: asMessageId(String(id)),
    roomId: asRoomId(String(room)),
    seq: place,
    senderId: asUserId(String(senderId)),
    senderName: textOf(value.senderName ?? value.sender_name) ?? String(senderId),
    ...(typeof clientId === 'string' ? { clientId: asClientId(clientId) } : {}),
    type: textOf(value.type) ?? 'text',
    content: deleted ? '' : content,
    replyTo: isId(replyTo) ? asMessageId(String(replyTo)) : null,
    createdAt: textOf(value.createdAt ?? value.created_at) ?? '1970-01-01T00:00:00.000Z',
    editedAt: textOf(value.editedAt ?? value.edited_at) ?? null,
    deleted,
    reactions: [],
  }
}

/** Is it the same state of one message? What a server of protocol 1 can change is its content, and that it is there. */
export const isSameState = (a: Protocol1Row, b: Protocol1Row): boolean =>
  a.content === b.content && a.deleted === b.deleted

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isId = (value: unknown): value is string | number =>
  (typeof value === 'string' && value !== '') || typeof value === 'number'

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
