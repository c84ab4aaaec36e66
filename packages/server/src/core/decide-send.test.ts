import { asMessageId, asUserId, type RoomId } from '@roomful/protocol'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  actorOf,
  commitOne,
  commitOps,
  deleteOp,
  editOp,
  headOf,
  messagesOf,
  newRoom,
  nextMessageId,
  START_MS,
  say,
  sendOp,
} from '../stores/contract/contract-room'
import { createMemoryStore, type MemoryStore } from '../stores/memory/memory-store'
import { decide } from './decide'
import type { Op, Outcome } from './ops'

let store: MemoryStore
beforeEach(() => {
  store = createMemoryStore()
})

async function decided(roomId: RoomId, op: Op): Promise<Outcome | undefined> {
  return (await commitOps(store, roomId, [op])).outcomes[0]
}

test('a picture or a file needs no caption; every other message has content', async () => {
  const roomId = await newRoom(store)
  const send = (content: string, type: string, metadata?: { fileId: string }) =>
    decided(roomId, sendOp('ann', content, { type, ...(metadata ? { metadata } : {}) }))
  for (const type of ['image', 'file'])
    expect(await send('', type, { fileId: 'f1' })).toMatchObject({ ok: true, message: { content: '', type } })
  const refused = { ok: false, code: 'INVALID_CONTENT', field: 'content' }
  expect(await send(' ', 'image', { fileId: 'f1' })).toEqual(refused)
  expect(await send('', 'image')).toEqual(refused)
  expect(await send('', 'text', { fileId: 'f1' })).toEqual(refused)
})

describe('a retry', () => {
  const clientId = 'client-0001'

  test('gets the first row and takes no number', async () => {
    const roomId = await newRoom(store)
    const metadata = { a: 1, b: { c: [1, null] } }
    const first = await commitOne(store, roomId, sendOp('ann', 'hi', { clientId, metadata }))
    const again = sendOp('ann', 'hi', { clientId, metadata: { b: { c: [1, null] }, a: 1 } })
    expect(await decided(roomId, again)).toEqual({ ...first, duplicate: true })
    expect(await headOf(store, roomId)).toEqual({ rev: 3, lastSeq: 1 })
  })

  test.each([
    ['content', { content: 'other', metadata: { a: 1 } }],
    ['type', { content: 'hi', type: 'image' }],
    ['metadata', { content: 'hi', metadata: { a: 2 } }],
    ['no metadata', { content: 'hi' }],
    ['a reply', { content: 'hi', metadata: { a: 1 }, replyTo: asMessageId('x') }],
  ])('with other %s is a CLIENT_ID_CONFLICT, and the first row stays', async (_, { content, ...rest }) => {
    const roomId = await newRoom(store)
    await commitOne(store, roomId, sendOp('ann', 'hi', { clientId, metadata: { a: 1 } }))
    const conflict = await decided(roomId, sendOp('ann', content, { clientId, ...rest }))
    expect(conflict).toEqual({ ok: false, code: 'CLIENT_ID_CONFLICT', field: 'clientId' })
    expect(await messagesOf(store, roomId)).toMatchObject([{ content: 'hi', rev: 3 }])
  })

  test('within one batch is found too', async () => {
    const roomId = await newRoom(store)
    const op = sendOp('ann', 'hi', { clientId })
    const { outcomes, changes } = await commitOps(store, roomId, [
      op,
      { ...op, id: nextMessageId() },
      { ...op, id: nextMessageId(), content: 'other' },
      sendOp('bob', 'his own', { clientId }),
    ])
    expect(outcomes).toMatchObject([
      { ok: true, message: { seq: 1 } },
      { ok: true, duplicate: true, message: { seq: 1, id: op.id } },
      { ok: false, code: 'CLIENT_ID_CONFLICT' },
      { ok: true, message: { seq: 2 } },
    ])
    expect(changes).toHaveLength(2)
  })

  test('of a message edited since gets the edited row, of a deleted one the tombstone', async () => {
    const roomId = await newRoom(store)
    const op = sendOp('ann', 'hi', { clientId })
    await commitOne(store, roomId, op)
    await commitOne(store, roomId, editOp('ann', op.id, 'edited elsewhere'))
    expect(await decided(roomId, op)).toMatchObject({
      duplicate: true,
      message: { content: 'edited elsewhere' },
    })
    await commitOne(store, roomId, deleteOp('ann', op.id))
    expect(await decided(roomId, op)).toMatchObject({
      duplicate: true,
      message: { deleted: true, content: '' },
    })
  })

  test('is answered though the sender is muted, the room archived, read-only, slow, and the original gone', async () => {
    const roomId = await newRoom(store, { settings: { slowModeSeconds: 60 } })
    const original = await say(store, roomId, 'ann', 'original')
    const op = sendOp('bob', 'reply', { clientId, replyTo: original })
    await commitOne(store, roomId, op)
    await commitOne(store, roomId, deleteOp('ann', original))
    const base = { actor: actorOf('ann'), at: op.at }
    await commitOne(store, roomId, {
      kind: 'mute',
      ...base,
      targetId: asUserId('bob'),
      until: '2100-01-01T00:00:00Z',
    })
    await commitOne(store, roomId, {
      kind: 'update-room',
      ...base,
      messageId: nextMessageId(),
      settings: { archived: true, readOnly: true },
    })
    expect(await decided(roomId, op)).toMatchObject({
      duplicate: true,
      message: { id: op.id, replyTo: original },
    })
  })

  test('after a kick is refused like any other send', async () => {
    const roomId = await newRoom(store)
    const op = sendOp('bob', 'hi', { clientId })
    const kick = {
      kind: 'kick',
      actor: actorOf('ann'),
      targetId: asUserId('bob'),
      messageId: nextMessageId(),
    } as const
    await commitOps(store, roomId, [op, { ...kick, at: op.at }])
    expect(await decided(roomId, op)).toEqual({ ok: false, code: 'ROOM_NOT_FOUND' })
  })
})

describe('rules', () => {
  test('an archived room accepts no message', async () => {
    const roomId = await newRoom(store, { settings: { archived: true } })
    expect(await decided(roomId, sendOp('ann', 'hi'))).toEqual({ ok: false, code: 'ROOM_ARCHIVED' })
  })

  test('a mute holds until its time, and not at it', async () => {
    const roomId = await newRoom(store)
    const until = START_MS + 60_000
    const mute = { kind: 'mute', actor: actorOf('ann'), targetId: asUserId('bob') } as const
    await commitOne(store, roomId, { ...mute, at: START_MS, until: new Date(until).toISOString() })
    expect(await decided(roomId, sendOp('bob', 'hi', { at: until - 1 }))).toEqual({
      ok: false,
      code: 'MUTED',
    })
    expect(await decided(roomId, sendOp('bob', 'hi', { at: until }))).toMatchObject({ ok: true })
  })

  test('slow mode answers how long to wait; owners do not wait, and system messages do not count', async () => {
    const roomId = await newRoom(store, { settings: { slowModeSeconds: 30 } })
    const at = START_MS
    const send = (name: string, after: number) => decided(roomId, sendOp(name, 'hi', { at: at + after }))
    expect(await send('bob', 0)).toMatchObject({ ok: true })
    expect(await send('bob', 10_000)).toEqual({ ok: false, code: 'SLOW_MODE', retryAfterMs: 20_000 })
    expect(await send('bob', 29_999)).toMatchObject({ retryAfterMs: 1 })
    // A clock that is behind: no longer than the rule.
    expect(await send('bob', -50_000)).toMatchObject({ retryAfterMs: 30_000 })
    expect(await send('bob', 30_000)).toMatchObject({ ok: true })
    expect(await send('ann', 30_000)).toMatchObject({ ok: true })
    expect(await send('ann', 30_001)).toMatchObject({ ok: true })
  })

  test('slow mode holds within one batch', async () => {
    const roomId = await newRoom(store, { settings: { slowModeSeconds: 30 } })
    const ops = ['one', 'two'].map((content) => sendOp('bob', content, { at: START_MS }))
    const { outcomes } = await commitOps(store, roomId, ops)
    expect(outcomes).toMatchObject([{ ok: true }, { code: 'SLOW_MODE', retryAfterMs: 30_000 }])
  })

  test.each([
    ['blank', ' \u200b\n', { code: 'INVALID_CONTENT', field: 'content' }],
    ['NUL', 'a\u0000b', { code: 'INVALID_CONTENT', field: 'content' }],
    ['a lone surrogate', 'a\ud800b', { code: 'INVALID_CONTENT', field: 'content' }],
    ['8,001 code points', '😀'.repeat(8_001), { code: 'CONTENT_TOO_LONG', field: 'content', limit: 8_000 }],
  ])('%s is no content', async (_, content, refusal) => {
    const roomId = await newRoom(store)
    expect(await decided(roomId, sendOp('ann', content))).toEqual({ ok: false, ...refusal })
    expect(await headOf(store, roomId)).toEqual({ rev: 2, lastSeq: 0 })
  })

  test('a send after a kick in the same batch is refused, one before it is accepted', async () => {
    const roomId = await newRoom(store)
    const kick = {
      kind: 'kick',
      actor: actorOf('ann'),
      targetId: asUserId('bob'),
      messageId: nextMessageId(),
    } as const
    const { outcomes } = await commitOps(store, roomId, [
      sendOp('bob', 'before'),
      { ...kick, at: START_MS },
      sendOp('bob', 'after'),
    ])
    expect(outcomes).toMatchObject([{ ok: true }, { ok: true }, { code: 'ROOM_NOT_FOUND' }])
  })
})

describe('a reply', () => {
  const missing = { ok: false, code: 'MESSAGE_NOT_FOUND', field: 'replyTo' }

  test('is kept with its original, a deleted one too', async () => {
    const roomId = await newRoom(store)
    const original = await say(store, roomId, 'ann', 'original')
    await commitOne(store, roomId, sendOp('bob', 'one', { type: 'reply', replyTo: original }))
    await commitOne(store, roomId, deleteOp('ann', original))
    expect(await decided(roomId, sendOp('bob', 'two', { replyTo: original }))).toMatchObject({ ok: true })
    expect((await messagesOf(store, roomId)).map(({ replyTo }) => replyTo)).toEqual([
      null,
      original,
      original,
    ])
  })

  test('may answer a message of the same batch', async () => {
    const roomId = await newRoom(store)
    const first = sendOp('ann', 'first')
    const { outcomes } = await commitOps(store, roomId, [
      first,
      sendOp('bob', 'reply', { replyTo: first.id }),
    ])
    expect(outcomes).toMatchObject([{ ok: true }, { ok: true }])
  })

  test('to a missing message, another room, or a hidden message is refused alike', async () => {
    const roomId = await newRoom(store)
    const elsewhere = await say(store, await newRoom(store), 'ann', 'elsewhere')
    const before = await say(store, roomId, 'ann', 'before he came again')
    const base = { actor: actorOf('ann'), at: START_MS }
    await commitOps(store, roomId, [
      { kind: 'kick', ...base, targetId: asUserId('bob'), messageId: nextMessageId() },
      { kind: 'invite', ...base, target: { id: asUserId('bob'), name: 'bob' }, messageId: nextMessageId() },
    ])
    for (const replyTo of [asMessageId('unknown'), elsewhere, before]) {
      expect(await decided(roomId, sendOp('bob', 'reply', { replyTo }))).toEqual(missing)
    }
  })
})

describe('an ephemeral room', () => {
  test('P11: accepts a limited number of messages; a retry of one is still answered, and no other room ends', async () => {
    const [roomId, other] = [await newRoom(store, { type: 'ephemeral' }), await newRoom(store)]
    const op = sendOp('ann', 'first', { clientId: 'client-0001' })
    await commitOne(store, roomId, op)
    const full = async (id: RoomId, send: Op): Promise<Outcome | undefined> => {
      const [found] = await store.read((reader) => reader.memberships(asUserId('ann'), [id]))
      if (!found?.member) throw new Error('ann is in it')
      const none = { messages: new Map(), byClientId: new Map(), opIds: new Map(), lastSendAt: new Map() }
      const members = new Map([[found.member.userId, found.member]])
      const room = { ...found.room, lastSeq: 100_000 }
      return decide({ room, members, owners: 1, pins: 0, ...none }, [send]).outcomes[0]
    }
    expect(await full(roomId, sendOp('ann', 'too many'))).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      limit: 100_000,
    })
    expect(await decided(roomId, op)).toMatchObject({ ok: true, duplicate: true })
    expect(await full(other, sendOp('ann', 'one more'))).toMatchObject({ ok: true })
  })
})
