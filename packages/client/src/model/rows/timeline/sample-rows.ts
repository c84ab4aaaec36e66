import type { Message } from '@roomful/protocol'
import { asClientId, asMessageId, asRoomId, asUserId } from '@roomful/protocol/plain'

/** One state of one message, as tests and benchmarks need it: id and sender follow from the seq. */
export function sampleRow(seq: number, rev: number, change: Partial<Message> = {}): Message {
  const row: Message = {
    id: asMessageId(`m${seq}`),
    roomId: asRoomId('r1'),
    seq,
    rev,
    senderId: asUserId(`u${seq % 3}`),
    senderName: `User ${seq % 3}`,
    clientId: asClientId(`client-${seq}`),
    type: 'text',
    content: `text ${seq} at ${rev}`,
    replyTo: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    editedAt: null,
    deleted: false,
    reactions: [],
    ...change,
  }
  return row.deleted ? { ...row, content: '' } : row
}

/** Rows `from..to` as they were sent: rev = seq. */
export const sampleRows = (from: number, to: number): Message[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => sampleRow(from + i, from + i))
