import {
  asMessageId,
  type ClientId,
  isMetadata,
  type Message,
  type Metadata,
  type RoomId,
} from '@roomful/protocol'
import type * as v from 'valibot'
import { isoTime } from '../core/iso-time'
import type { Op, Outcome, Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import { SERVER_ACTOR } from '../core/server-actor'
import { toWire } from '../core/stored-message'
import { isEphemeralId } from '../ephemeral/room-id'
import { fileRefusal } from '../files/file-reference'
import type { Services } from '../handlers/handler'
import { messageAck } from '../handlers/outcome-ack'
import { callHook, noteSent } from '../handlers/send-message'
import type { Reader } from '../stores/port'
import { isRefusal } from './answer'
import { operation } from './operation'
import { roomOf } from './rooms'
import {
  CountAnswer,
  CountMessages,
  EditMessage,
  ListMessages,
  MessageAnswer,
  MessagesPage,
  MOST,
  OneMessage,
  PAGE_DEFAULT,
  SendMessage,
  SendSystem,
  SendSystemMany,
  SentAnswer,
  SentManyAnswer,
} from './schemas'

/** Seqs that one step of a count covers. */
const COUNT_STEP = 10_000
const NO_ROOM = refuse('ROOM_NOT_FOUND', { field: 'roomId' })

const SEND_REFUSALS = [
  'ROOM_NOT_FOUND',
  'ROOM_ARCHIVED',
  'INVALID_CONTENT',
  'CONTENT_TOO_LONG',
  'CLIENT_ID_CONFLICT',
] as const

export const messages = {
  'messages.sendSystem': operation({
    method: 'POST',
    path: '/v1/rooms/{roomId}/system-messages',
    scope: 'messages:write',
    summary:
      'Sends a message of type `system`: of no user, with a kind of your own, and not counted as unread.',
    request: SendSystem,
    answer: SentAnswer,
    refusals: SEND_REFUSALS,
    run: async ({ services }, { roomId, ...draft }) => {
      const op = systemOp(services, draft)
      return 'ok' in op ? op : sent(services, await services.pipeline.submit(roomId, op))
    },
  }),
  'messages.sendSystemMany': operation({
    method: 'POST',
    path: '/v1/rooms/{roomId}/system-messages/batch',
    scope: 'messages:write',
    summary: `Sends up to ${MOST.messages} system messages in order. One that is refused refuses the call; a retry sends only what is missing.`,
    request: SendSystemMany,
    answer: SentManyAnswer,
    refusals: SEND_REFUSALS,
    weight: ({ messages }) => messages.length,
    run: async ({ services }, { roomId, messages }) => {
      const ops: Op[] = []
      for (const draft of messages) {
        const op = systemOp(services, draft)
        if ('ok' in op) return op
        ops.push(op)
      }
      const outcomes = await services.pipeline.submitAll(roomId, ops)
      const acks = outcomes.map((outcome) => sent(services, outcome))
      return acks.find(isRefusal) ?? { sent: acks.flatMap((ack) => (isRefusal(ack) ? [] : ack)) }
    },
  }),
  'messages.send': operation({
    method: 'POST',
    path: '/v1/rooms/{roomId}/messages',
    scope: 'messages:write',
    summary:
      "Sends a message as a member of the room, past slow mode and a room's read-only setting; with `join` a user who is not in it is put there.",
    request: SendMessage,
    answer: SentAnswer,
    refusals: [...SEND_REFUSALS, 'USER_NOT_FOUND', 'FORBIDDEN', 'MUTED', 'USER_BANNED', 'MESSAGE_NOT_FOUND'],
    run: async ({ services }, request) => sendAs(services, request),
  }),
  'messages.list': operation({
    method: 'GET',
    path: '/v1/rooms/{roomId}/messages',
    scope: 'messages:read',
    summary: 'Messages of a room, without the deleted ones.',
    request: ListMessages,
    answer: MessagesPage,
    refusals: ['ROOM_NOT_FOUND'],
    run: ({ services }, { roomId, after, before, newest = false, limit = PAGE_DEFAULT }) =>
      services.store.read(async (reader) => {
        if (!(await roomOf(reader, roomId))) return NO_ROOM
        const rows = await reader.messages({
          ...{ roomId, includeDeleted: false, limit: limit + 1, take: newest ? 'newest' : 'oldest' },
          ...(after === undefined ? {} : { fromSeq: after + 1 }),
          ...(before === undefined ? {} : { toSeq: before - 1 }),
        })
        const page = rows.length <= limit ? rows : newest ? rows.slice(1) : rows.slice(0, limit)
        const end = newest ? page[0] : page.at(-1)
        return {
          messages: page.map((row) => toWire(row)),
          ...(end && rows.length > limit ? { next: end.seq } : {}),
        }
      }),
  }),
  'messages.count': operation({
    method: 'GET',
    path: '/v1/rooms/{roomId}/messages/count',
    scope: 'messages:read',
    summary:
      'How many messages a room has that are not deleted, system messages included; within two seqs, if given.',
    request: CountMessages,
    answer: CountAnswer,
    refusals: ['ROOM_NOT_FOUND'],
    run: async ({ services }, { roomId, fromSeq = 1, toSeq = Number.MAX_SAFE_INTEGER }) => {
      const { store } = services
      const room = await store.read((reader) => roomOf(reader, roomId))
      if (!room) return NO_ROOM
      let count = 0
      // In steps, between which others are served.
      for (let from = Math.max(1, fromSeq); from <= Math.min(toSeq, room.lastSeq); from += COUNT_STEP) {
        const to = Math.min(from + COUNT_STEP - 1, toSeq, room.lastSeq)
        count += await store.read((reader) => countIn(reader, roomId, from, to))
      }
      return { count }
    },
  }),
  'messages.edit': operation({
    method: 'PATCH',
    path: '/v1/rooms/{roomId}/messages/{messageId}',
    scope: 'messages:write',
    summary: 'Gives a message of anyone new content.',
    request: EditMessage,
    answer: MessageAnswer,
    refusals: ['ROOM_NOT_FOUND', 'MESSAGE_NOT_FOUND', 'ROOM_ARCHIVED', 'INVALID_CONTENT', 'CONTENT_TOO_LONG'],
    run: async ({ services, actor }, { roomId, messageId, content }) => {
      const at = services.clock.now()
      const answer = await write(services, roomId, { kind: 'revise', actor, at, messageId, content })
      // An edit that changes nothing leaves the time as it was.
      if (!isRefusal(answer) && answer.message.editedAt === isoTime(at))
        callHook(services, 'afterEdit', answer.message)
      return answer
    },
  }),
  'messages.delete': operation({
    method: 'DELETE',
    path: '/v1/rooms/{roomId}/messages/{messageId}',
    scope: 'messages:write',
    summary: 'Deletes a message of anyone.',
    request: OneMessage,
    answer: MessageAnswer,
    refusals: ['MESSAGE_NOT_FOUND'],
    run: ({ services, actor }, { roomId, messageId }) =>
      write(services, roomId, { kind: 'delete', actor, at: services.clock.now(), messageId }),
  }),
} as const

type SystemDraft = {
  readonly kind: string
  readonly content: string
  readonly metadata?: Metadata
  readonly clientId?: ClientId
}

function systemOp(
  { clock, ids }: Services,
  { kind, content, metadata, clientId }: SystemDraft,
): Extract<Op, { kind: 'system' }> | Refusal {
  const marked = { ...metadata, action: kind }
  // With the kind it must still be what clients take.
  if (!isMetadata(marked)) return refuse('INVALID_PAYLOAD', { field: 'metadata' })
  const at = clock.now()
  return {
    kind: 'system',
    actor: SERVER_ACTOR,
    at,
    id: asMessageId(ids.uuid(at)),
    content,
    metadata: marked,
    ...(clientId === undefined ? {} : { clientId }),
  }
}

function sent(services: Services, outcome: Outcome): { message: Message; duplicate?: boolean } | Refusal {
  noteSent(services, outcome)
  const ack = messageAck(outcome)
  if (!ack.ok) return ack
  const { message, duplicate } = ack
  return { message, ...(duplicate ? { duplicate } : {}) }
}

type Sending = v.InferOutput<typeof SendMessage>

async function sendAs(
  services: Services,
  { roomId, userId, content, type, metadata, clientId, join = false, ...asked }: Sending,
): Promise<{ message: Message; duplicate?: boolean } | Refusal> {
  const user = await services.store.read((reader) => reader.user(userId))
  if (!user) return refuse('USER_NOT_FOUND', { field: 'userId' })
  const replyTo = asked.replyTo ?? null
  const kind = type ?? (replyTo === null ? 'text' : 'reply')
  const shown = { type: kind, metadata, content }
  const refusal = await fileRefusal(services, { userId, protocol: 2 }, shown)
  if (refusal) return refusal
  const at = services.clock.now()
  const id = asMessageId(services.ids.uuid(at))
  const op: Op = {
    kind: 'send',
    // A server admin's rights in the user's name: membership, mutes and archives hold, all else does not.
    actor: { ...user, admin: true, byApi: true },
    ...{ at, id, content, type: kind, replyTo },
    ...(metadata === undefined ? {} : { metadata }),
    ...(clientId === undefined ? {} : { clientId }),
  }
  const messageId = asMessageId(services.ids.uuid(at))
  const put: Op = { kind: 'put-member', actor: SERVER_ACTOR, at, messageId, target: user, silent: true }
  const outcomes = await services.pipeline.submitAll(roomId, join ? [put, op] : [op])
  const [first] = outcomes
  if (join && first && !first.ok) return first
  const answer = sent(services, outcomes.at(-1) ?? refuse('INTERNAL'))
  if (!isRefusal(answer) || answer.code !== 'ROOM_NOT_FOUND') return answer
  // The room is there for the backend, but not for the user.
  const room = await services.store.read((reader) => roomOf(reader, roomId))
  return room ? refuse('FORBIDDEN', { field: 'userId' }) : NO_ROOM
}

async function write(
  { pipeline }: Services,
  roomId: RoomId,
  op: Op,
): Promise<{ message: Message } | Refusal> {
  const ack = messageAck(await pipeline.submit(roomId, op))
  return ack.ok ? { message: ack.message } : ack
}

/** An ephemeral room has a hundred messages at most. */
async function countIn(reader: Reader, roomId: RoomId, from: number, to: number): Promise<number> {
  if (!isEphemeralId(roomId)) return reader.countMessages(roomId, from, to)
  const query = { roomId, fromSeq: from, toSeq: to, includeDeleted: false, take: 'oldest' } as const
  return (await reader.messages({ ...query, limit: COUNT_STEP })).length
}
