import type { ShownMessage } from '@roomful/client'
import {
  asClientId,
  asMessageId,
  asRoomId,
  asUserId,
  type Member,
  type Message,
  type Room,
  type RoomListItem,
  type User,
} from '@roomful/protocol'

/** Rows for tests: valid by default, with the fields that matter to the test on top. */
const START = Date.UTC(2026, 0, 1)
/** One second apart, so that times and seqs have the same order. */
const at = (n: number): string => new Date(START + n * 1_000).toISOString()

export function makeUser(over: Partial<User> = {}): User {
  return { id: asUserId('ada'), name: 'Ada', ...over }
}

/** @example makeMessage({ seq: 3, content: 'hi' }) */
export function makeMessage(over: Partial<Message> = {}): Message {
  const seq = over.seq ?? 1
  const senderId = over.senderId ?? asUserId('ada')
  return {
    id: asMessageId(`message-${seq}`),
    roomId: asRoomId('general'),
    seq,
    rev: seq,
    senderId,
    senderName: senderId,
    clientId: asClientId(`client-${String(seq).padStart(4, '0')}`),
    type: 'text',
    content: `text ${seq}`,
    replyTo: null,
    createdAt: at(seq),
    editedAt: null,
    deleted: false,
    reactions: [],
    ...over,
  }
}

/** Messages with seqs `from..to`. */
export function makeMessages(from: number, to: number, over: Partial<Message> = {}): Message[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => makeMessage({ ...over, seq: from + i }))
}

/**
 * A confirmed message of another user, as a client shows it.
 *
 * @example makeShownMessage(3, { content: 'hi', status: 'failed' })
 */
export function makeShownMessage(seq: number, over: Partial<ShownMessage> = {}): ShownMessage {
  const { clientId: _, ...row } = makeMessage({ seq, senderId: asUserId('anna'), content: `message ${seq}` })
  return {
    ...row,
    key: `key-${seq}`,
    status: 'sent',
    id: asMessageId(`id-${seq}`),
    senderName: 'Anna',
    ...over,
  }
}

/** Shown messages with seqs `from..to`. */
export function makeShownMessages(from: number, to: number): ShownMessage[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => makeShownMessage(from + i))
}

/** The tombstone of a message, as of `rev`. */
export function makeTombstone(message: Message, rev: number): Message {
  const { metadata: _, ...kept } = message
  return { ...kept, rev, content: '', deleted: true, reactions: [] }
}

export function makeRoom(over: Partial<Room> = {}): Room {
  return {
    id: asRoomId('general'),
    name: 'General',
    type: 'public',
    createdBy: null,
    createdAt: at(0),
    metadata: {},
    settings: {},
    rev: 0,
    lastSeq: 0,
    ...over,
  }
}

export function makeMember(over: Partial<Member> = {}): Member {
  const userId = over.userId ?? asUserId('ada')
  return {
    roomId: asRoomId('general'),
    userId,
    name: userId,
    role: 'member',
    joinedAt: at(0),
    lastReadSeq: 0,
    fromSeq: 1,
    rev: 1,
    ...over,
  }
}

export function makeListItem(over: Partial<RoomListItem> = {}): RoomListItem {
  return { room: makeRoom(), role: 'member', lastReadSeq: 0, fromSeq: 1, unread: 0, preview: null, ...over }
}
