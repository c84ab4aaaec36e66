import {
  asClientId,
  asMessageId,
  asRoomId,
  asUserId,
  type Member,
  type MessageId,
  type Role,
  type Room,
  type RoomId,
  type UserId,
} from '@roomful/protocol'
import { decide } from '../../core/decide'
import { needOf } from '../../core/need'
import type { Actor, Op, Outcome, Plan, StoredMessage } from '../../core/ops'
import type { MessageQuery, Reader, Store } from '../port'

export type OpenedStore = {
  readonly store: Store
  /** Closes the store and opens the same database again. Absent: this store is not durable. */
  readonly reopen?: () => Promise<Store>
  readonly dispose: () => Promise<void>
}
export type OpenStore = () => Promise<OpenedStore>

/** 2026-01-01T00:00:00.000Z; each op is one second later than the one before. */
export const START_MS = 1_767_225_600_000
let drawn = 0

/** Ids in the server's format, ascending, unique within a process. */
export const nextId = (): string => `01942000-0000-7000-8000-${(++drawn).toString(16).padStart(12, '0')}`
export const nextMessageId = (): MessageId => asMessageId(nextId())
export const nextAt = (): number => START_MS + ++drawn * 1_000

export const actorOf = (name: string): Actor => ({ id: asUserId(name), name, admin: false })

type SendOp = Extract<Op, { kind: 'send' }>
type SendExtras = { clientId?: string } & Partial<
  Pick<SendOp, 'type' | 'replyTo' | 'metadata' | 'id' | 'at' | 'stream'>
>

export function sendOp(name: string, content: string, { clientId, ...extras }: SendExtras = {}): SendOp {
  return {
    kind: 'send',
    actor: actorOf(name),
    at: nextAt(),
    id: nextMessageId(),
    content,
    type: 'text',
    replyTo: null,
    ...(clientId === undefined ? {} : { clientId: asClientId(clientId) }),
    ...extras,
  }
}

export const deleteOp = (name: string, messageId: MessageId): Op => ({
  kind: 'delete',
  actor: actorOf(name),
  at: nextAt(),
  messageId,
})

export const editOp = (name: string, messageId: MessageId, content: string, opId?: string): Op => ({
  kind: 'edit',
  actor: actorOf(name),
  at: nextAt(),
  messageId,
  content,
  ...(opId === undefined ? {} : { opId }),
})

export function commitOps(store: Store, roomId: RoomId, ops: readonly Op[]): Promise<Plan> {
  return store.commit(roomId, needOf(ops), (facts) => decide(facts, ops))
}

/** Commits one op that must succeed. */
export async function commitOne(store: Store, roomId: RoomId, op: Op): Promise<Outcome & { ok: true }> {
  const [outcome] = (await commitOps(store, roomId, [op])).outcomes
  if (!outcome?.ok) throw new Error(`${op.kind} was refused with ${outcome?.code}`)
  return outcome
}

/** Sends one message that must be accepted, and returns its id. */
export async function say(store: Store, roomId: RoomId, name: string, content: string): Promise<MessageId> {
  const outcome = await commitOne(store, roomId, sendOp(name, content))
  if (outcome.kind !== 'message') throw new Error('a send was not answered with a message')
  return outcome.message.id
}

type RoomInput = Partial<Pick<Room, 'id' | 'name' | 'type' | 'kind' | 'settings' | 'metadata'>> & {
  roles?: Record<string, Role>
}

export function roomOf({ roles = { ann: 'owner', bob: 'member' }, ...input }: RoomInput = {}): {
  room: Room
  members: Member[]
} {
  const createdAt = new Date(nextAt()).toISOString()
  const id = input.id ?? asRoomId(nextId())
  const names = Object.keys(roles)
  const members = Object.entries(roles).map(([name, role], index): Member => {
    return {
      roomId: id,
      userId: asUserId(name),
      name,
      role,
      joinedAt: createdAt,
      lastReadSeq: 0,
      fromSeq: 1,
      rev: index + 1,
    }
  })
  const room: Room = {
    name: 'Room',
    type: 'private',
    createdBy: names[0] === undefined ? null : asUserId(names[0]),
    createdAt,
    metadata: {},
    settings: {},
    rev: members.length,
    lastSeq: 0,
    memberCount: members.length,
    ...input,
    id,
  }
  return { room, members }
}

/** By default a private room owned by ann, with bob: its rev is 2 then. */
export async function newRoom(store: Store, input: RoomInput = {}): Promise<RoomId> {
  const { room, members } = roomOf(input)
  await store.createRoom({ room, members })
  return room.id
}

export function messagesOf(
  store: Store,
  roomId: RoomId,
  query: Partial<MessageQuery> = {},
): Promise<readonly StoredMessage[]> {
  return store.read((reader) =>
    reader.messages({ roomId, includeDeleted: true, take: 'oldest', limit: 10_000, ...query }),
  )
}

export async function headOf(store: Store, roomId: RoomId): Promise<{ rev: number; lastSeq: number }> {
  const found = await store.read((reader) => reader.memberships(asUserId('ann'), [roomId]))
  const room = found[0]?.room
  if (!room) throw new Error('the room is not there')
  return { rev: room.rev, lastSeq: room.lastSeq }
}

export function unreadOf(store: Store, name: string, roomId: RoomId): Promise<number | undefined> {
  return store.read(async (reader: Reader) => (await reader.unread(asUserId(name), [roomId])).get(roomId))
}

export const ids = (...names: string[]): UserId[] => names.map((name) => asUserId(name))
