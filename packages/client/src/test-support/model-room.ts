import type {
  Change,
  ClientId,
  Member,
  Message,
  MessageId,
  Preview,
  Room,
  RoomListItem,
} from '@roomful/protocol'
import { asMessageId, asRoomId, asUserId, emojiKey } from '@roomful/protocol/plain'

const BORN = '2026-01-01T00:00:00.000Z'

/** One room as a server keeps it, with nothing but the rules: numbers, rows, and the log of its changes. */
export type ModelRoom = {
  room: Room
  messages: Message[]
  members: Map<string, Member>
  reads: Map<string, number>
  log: Change[]
  done: Map<string, MessageId>
}

export function modelRoom(id: string, userIds: readonly string[]): ModelRoom {
  const room: Room = {
    id: asRoomId(id),
    name: id,
    type: 'public',
    createdBy: null,
    createdAt: BORN,
    metadata: {},
    settings: {},
    rev: 0,
    lastSeq: 0,
  }
  const made: ModelRoom = {
    room,
    messages: [],
    members: new Map(),
    reads: new Map(),
    log: [],
    done: new Map(),
  }
  for (const userId of userIds) addMember(made, userId)
  return made
}

const commit = (room: ModelRoom, make: (rev: number) => Change): Change => {
  const rev = room.room.rev + 1
  const change = make(rev)
  room.room = { ...room.room, rev }
  room.log.push(change)
  return change
}

export function addMember(room: ModelRoom, userId: string): Change {
  const fromSeq = room.members.has(userId) ? room.room.lastSeq + 1 : 1
  return commit(room, (rev) => {
    const member: Member = {
      roomId: room.room.id,
      userId: asUserId(userId),
      name: userId,
      role: 'member',
      joinedAt: BORN,
      lastReadSeq: 0,
      fromSeq,
      rev,
    }
    room.members.set(userId, member)
    return { kind: 'member', rev, member }
  })
}

export function removeMember(room: ModelRoom, userId: string): Change {
  return commit(room, (rev) => {
    const held = room.members.get(userId)
    if (held === undefined) throw new Error(`${userId} is no member`)
    const member: Member = { ...held, rev, removed: 'kicked' }
    room.members.set(userId, member)
    return { kind: 'member', rev, member }
  })
}

export function renameRoom(room: ModelRoom, name: string): Change {
  return commit(room, (rev) => {
    room.room = { ...room.room, name, rev }
    return { kind: 'room', rev, room: room.room }
  })
}

type ModelDraft = {
  content: string
  clientId?: ClientId
  replyTo?: MessageId | null
  type?: string
  metadata?: NonNullable<Message['metadata']>
}

export function addMessage(
  room: ModelRoom,
  senderId: string,
  draft: ModelDraft,
): Change & { kind: 'message' } {
  const seq = room.room.lastSeq + 1
  room.room = { ...room.room, lastSeq: seq }
  return withMessage(room, (rev) => ({
    id: asMessageId(`m${room.room.id}-${seq}`),
    roomId: room.room.id,
    seq,
    rev,
    senderId: asUserId(senderId),
    senderName: senderId,
    ...(draft.clientId === undefined ? {} : { clientId: draft.clientId }),
    type: draft.type ?? 'text',
    content: draft.content,
    replyTo: draft.replyTo ?? null,
    ...(draft.metadata === undefined ? {} : { metadata: draft.metadata }),
    createdAt: new Date(Date.parse(BORN) + seq * 1_000).toISOString(),
    editedAt: null,
    deleted: false,
    reactions: [],
  }))
}

/** Null: nothing to change, so no rev is taken (I2). */
export function editMessage(room: ModelRoom, seq: number, content: string): Change | null {
  const held = messageAt(room, seq)
  if (held.deleted || held.content === content) return null
  return withMessage(room, (rev) => ({ ...held, rev, content, editedAt: BORN }))
}

export function deleteMessage(room: ModelRoom, seq: number, actor?: string): Change | null {
  const held = messageAt(room, seq)
  if (held.deleted) return null
  const { metadata: _, pinned: __, ...rest } = held
  return withMessage(room, (rev) => ({ ...rest, rev, content: '', deleted: true, reactions: [] }), actor)
}

export function reactTo(
  room: ModelRoom,
  seq: number,
  userId: string,
  emoji: string,
  op: 'add' | 'remove',
): Change | null {
  const held = messageAt(room, seq)
  const like = held.reactions.find((reaction) => emojiKey(reaction.emoji) === emojiKey(emoji))
  const users = like?.users ?? []
  const user = asUserId(userId)
  if (held.deleted || users.includes(user) === (op === 'add')) return null
  const now = op === 'add' ? [...users, user] : users.filter((other) => other !== user)
  const others = held.reactions.filter((reaction) => reaction !== like)
  const shown = like?.emoji ?? emoji
  const reactions = now.length > 0 ? [...others, { emoji: shown, count: now.length, users: now }] : others
  return withMessage(room, (rev) => ({ ...held, rev, reactions }), userId)
}

export function pinMessage(
  room: ModelRoom,
  seq: number,
  userId: string,
  op: 'add' | 'remove',
): Change | null {
  const { pinned, ...rest } = messageAt(room, seq)
  if (rest.deleted || (pinned !== undefined) === (op === 'add')) return null
  const fresh =
    op === 'add'
      ? {
          pinned: {
            by: asUserId(userId),
            at: new Date(Date.parse(BORN) + room.room.rev * 1_000).toISOString(),
          },
        }
      : {}
  return withMessage(room, (rev) => ({ ...rest, ...fresh, rev }), userId)
}

export function messageAt(room: ModelRoom, seq: number): Message {
  const row = room.messages[seq - 1]
  if (row === undefined) throw new Error(`there is no message ${seq}`)
  return row
}

function withMessage(
  room: ModelRoom,
  make: (rev: number) => Message,
  actor?: string,
): Change & { kind: 'message' } {
  let message: Message | undefined
  commit(room, (rev) => {
    message = make(rev)
    return { kind: 'message', rev, message, ...(actor === undefined ? {} : { actor: asUserId(actor) }) }
  })
  const change = room.log.at(-1)
  if (message === undefined || change?.kind !== 'message') throw new Error('nothing was committed')
  room.messages[message.seq - 1] = message
  return change
}

/** Unread by its definition (I13). */
export function unreadIn(room: ModelRoom, userId: string): number {
  const member = room.members.get(userId)
  const read = room.reads.get(userId) ?? 0
  const rows = room.messages.filter(
    (row) =>
      row.seq > read &&
      row.senderId !== userId &&
      !row.deleted &&
      row.type !== 'system' &&
      row.seq >= (member?.fromSeq ?? 1),
  )
  return Math.min(rows.length, 100)
}

export function listItemOf(room: ModelRoom, userId: string): RoomListItem {
  const member = room.members.get(userId)
  return {
    room: room.room,
    role: member?.role ?? 'member',
    lastReadSeq: room.reads.get(userId) ?? 0,
    fromSeq: member?.fromSeq ?? 1,
    unread: unreadIn(room, userId),
    preview: previewOf(room.messages.at(-1)),
  }
}

function previewOf(row: Message | undefined): Preview | null {
  if (row === undefined) return null
  const { seq, senderId, senderName, type, content, createdAt, deleted } = row
  return { seq, senderId, senderName, type, content, createdAt, deleted }
}
