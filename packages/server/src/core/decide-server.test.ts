import { asClientId, asUserId, type RoomId } from '@roomful/protocol'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  actorOf,
  commitOne,
  commitOps,
  headOf,
  messagesOf,
  newRoom,
  nextAt,
  nextMessageId,
  sendOp,
} from '../stores/contract/contract-room'
import { createMemoryStore, type MemoryStore } from '../stores/memory/memory-store'
import type { Op, Outcome, ServerOp } from './ops'
import { SERVER_ACTOR } from './server-actor'

let store: MemoryStore
let roomId: RoomId
beforeEach(async () => {
  store = createMemoryStore()
  roomId = await newRoom(store)
})

const decided = async (op: Op): Promise<Outcome | undefined> =>
  (await commitOps(store, roomId, [op])).outcomes[0]

const base = () => ({ actor: SERVER_ACTOR, at: nextAt() })
type Put = Partial<Pick<Extract<ServerOp, { kind: 'put-member' }>, 'role' | 'silent'>>
const put = (name: string, more: Put = {}): Op => ({
  kind: 'put-member',
  ...base(),
  target: { id: asUserId(name), name },
  messageId: nextMessageId(),
  ...more,
})
const system = (content: string, clientId?: string): Op => ({
  kind: 'system',
  ...base(),
  id: nextMessageId(),
  content,
  metadata: { action: 'order-shipped', orderId: 7 },
  ...(clientId === undefined ? {} : { clientId: asClientId(clientId) }),
})
const onTarget = (kind: 'kick' | 'ban', name: string): Op => ({
  kind,
  ...base(),
  targetId: asUserId(name),
  messageId: nextMessageId(),
})

describe('the backend adds a user', () => {
  test('who is a member then, and counts as put there', async () => {
    expect(await decided(put('zoe', { role: 'admin' }))).toMatchObject({
      member: { userId: 'zoe', role: 'admin', fromSeq: 1, lastReadSeq: 0, added: true },
    })
    expect(await messagesOf(store, roomId)).toMatchObject([
      {
        type: 'system',
        senderName: '',
        content: 'zoe was added',
        metadata: { action: 'invite', userId: 'zoe' },
      },
    ])
  })

  test('a second time: nothing happens, unless the role is another', async () => {
    await commitOne(store, roomId, put('zoe', { silent: true }))
    const { rev } = (await headOf(store, roomId)) ?? { rev: 0 }
    expect(await decided(put('zoe'))).toMatchObject({ member: { role: 'member', rev } })
    expect(await headOf(store, roomId)).toMatchObject({ rev, lastSeq: 0 })
    expect(await decided(put('zoe', { role: 'owner' }))).toMatchObject({ member: { role: 'owner' } })
  })

  test('who is banned: the ban has to be lifted first', async () => {
    await commitOne(store, roomId, put('zoe'))
    await commitOne(store, roomId, onTarget('ban', 'zoe'))
    expect(await decided(put('zoe'))).toMatchObject({ code: 'USER_BANNED', field: 'userId' })
  })

  test('who was removed: what was sent meanwhile stays hidden', async () => {
    await commitOne(store, roomId, put('zoe', { silent: true }))
    await commitOne(store, roomId, onTarget('kick', 'zoe'))
    await commitOne(store, roomId, sendOp('ann', 'secret'))
    const { lastSeq } = (await headOf(store, roomId)) ?? { lastSeq: 0 }
    expect(await decided(put('zoe', { silent: true }))).toMatchObject({ member: { fromSeq: lastSeq + 1 } })
  })
})

describe('a system message of the backend', () => {
  test('has no user as its sender, and its own action', async () => {
    expect(await decided(system('Shipped'))).toMatchObject({
      message: {
        type: 'system',
        senderId: 'roomful:server',
        senderName: '',
        content: 'Shipped',
        metadata: { action: 'order-shipped', orderId: 7 },
      },
    })
  })

  test('sent twice under one key is one message; with other content a conflict', async () => {
    const first = await commitOne(store, roomId, system('Shipped', 'order-0007'))
    expect(await decided(system('Shipped', 'order-0007'))).toEqual({ ...first, duplicate: true })
    expect(await decided(system('Lost', 'order-0007'))).toMatchObject({ code: 'CLIENT_ID_CONFLICT' })
    expect(await messagesOf(store, roomId)).toHaveLength(1)
  })

  test.each([
    ['', 'INVALID_CONTENT'],
    ['x'.repeat(8_001), 'CONTENT_TOO_LONG'],
  ])('has the bounds of any message (%#)', async (content, code) => {
    expect(await decided(system(content))).toMatchObject({ code, field: 'content' })
  })
})

describe('the backend edits', () => {
  const revise = (messageId: ReturnType<typeof nextMessageId>, content: string): Op => ({
    kind: 'revise',
    ...base(),
    messageId,
    content,
  })

  test('any message, once', async () => {
    const op = sendOp('ann', 'hi')
    await commitOne(store, roomId, op)
    expect(await decided(revise(op.id, 'hello'))).toMatchObject({
      message: { senderId: 'ann', content: 'hello', editedAt: expect.any(String) },
    })
    const head = await headOf(store, roomId)
    expect(await decided(revise(op.id, 'hello'))).toMatchObject({ ok: true })
    expect(await headOf(store, roomId)).toEqual(head)
  })

  test('no deleted message, and none that does not exist', async () => {
    const op = sendOp('ann', 'hi')
    await commitOne(store, roomId, op)
    await commitOne(store, roomId, { kind: 'delete', actor: actorOf('ann'), at: nextAt(), messageId: op.id })
    expect(await decided(revise(op.id, 'hello'))).toMatchObject({ code: 'MESSAGE_NOT_FOUND' })
    expect(await decided(revise(nextMessageId(), 'hello'))).toMatchObject({ code: 'MESSAGE_NOT_FOUND' })
  })
})

test('an act of the backend is reported without a name before it', async () => {
  await commitOne(store, roomId, put('zoe', { silent: true }))
  await commitOne(store, roomId, onTarget('kick', 'zoe'))
  await commitOne(store, roomId, {
    kind: 'update-room',
    ...base(),
    messageId: nextMessageId(),
    name: 'New',
  })
  const messages = await messagesOf(store, roomId)
  expect(messages.map(({ content }) => content)).toEqual(['zoe was removed', 'The room was renamed to New'])
})
