import { asClientId, asMessageId, asRoomId, asUserId, type Message } from '@roomful/protocol'

export const ME = 'user-me'
export const ROOM = 'general'
const CREATED_AT = '2026-01-01T00:00:00.000Z'

/** A message of usual length; sender and id follow from its seq. */
export function row(seq: number, rev: number, change: Partial<Message> = {}): Message {
  return {
    id: asMessageId(`0190a000-0000-7000-8000-${String(seq).padStart(12, '0')}`),
    roomId: asRoomId(ROOM),
    seq,
    rev,
    senderId: asUserId(`user-${seq % 7}`),
    senderName: `User ${seq % 7}`,
    clientId: asClientId(`client-of-another-${String(seq).padStart(8, '0')}`),
    type: 'text',
    content: `Message ${seq} at ${rev}: shall we meet at the station, or do you come here?`,
    replyTo: null,
    createdAt: CREATED_AT,
    editedAt: null,
    deleted: false,
    reactions: [],
    ...change,
  }
}

export const rows = (from: number, to: number): Message[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => row(from + i, from + i))

/** One `changes` event as text, as the socket delivers it. */
export const changesText = (messages: readonly Message[]): string =>
  JSON.stringify({
    roomId: ROOM,
    changes: messages.map((message) => ({ rev: message.rev, kind: 'message', message })),
  })

export const roomRow = (id: string, lastSeq: number) => ({
  id: asRoomId(id),
  name: `Room ${id}`,
  type: 'public' as const,
  createdBy: null,
  createdAt: CREATED_AT,
  metadata: {},
  settings: {},
  rev: lastSeq,
  lastSeq,
})

export const previewOf = ({ seq, senderId, senderName, type, content, createdAt, deleted }: Message) => ({
  seq,
  senderId,
  senderName,
  type,
  content,
  createdAt,
  deleted,
})
