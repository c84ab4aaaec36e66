import { LIMITS, type MessageId, type RoomId } from '@roomful/protocol'
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
  nextAt,
  nextMessageId,
  say,
  sendOp,
} from '../stores/contract/contract-room'
import { interruptOp, onStreamOp, openOp, writeOp } from '../stores/contract/growing-contract'
import { createMemoryStore, type MemoryStore } from '../stores/memory/memory-store'
import type { Op, Outcome } from './ops'

let store: MemoryStore
let roomId: RoomId
let messageId: MessageId
/** Ann owns the room; bob, a member, has begun a message. */
beforeEach(async () => {
  store = createMemoryStore()
  roomId = await newRoom(store, { roles: { ann: 'owner', bob: 'member', eve: 'member' } })
  const op = openOp('bob', 'client-of-bob')
  messageId = op.id
  await commitOne(store, roomId, op)
})

const decided = async (...ops: Op[]): Promise<Outcome | undefined> =>
  (await commitOps(store, roomId, ops)).outcomes.at(-1)
const row = async (id = messageId) => (await messagesOf(store, roomId)).find((message) => message.id === id)
const rev = async (): Promise<number> => (await headOf(store, roomId)).rev

describe('a write', () => {
  test('has all of the text, and takes a rev; one that says nothing new takes none', async () => {
    await commitOne(store, roomId, writeOp('bob', messageId, 'one'))
    await commitOne(store, roomId, writeOp('bob', messageId, 'one two'))
    const after = await rev()
    for (const late of ['one two', 'one', '']) await commitOne(store, roomId, writeOp('bob', messageId, late))
    expect(await rev()).toBe(after)
    expect(await row()).toMatchObject({ content: 'one two', editedAt: null, stream: { state: 'streaming' } })
  })

  test('that does not continue the text is a conflict, with the row', async () => {
    await commitOne(store, roomId, writeOp('bob', messageId, 'one'))
    for (const other of ['two', 'onto', 'o ne'])
      expect(await decided(writeOp('bob', messageId, other))).toMatchObject({
        code: 'VERSION_CONFLICT',
        message: { content: 'one' },
      })
  })

  test('ends it once: a retry of the end is answered, what comes after it is refused', async () => {
    const end = writeOp('bob', messageId, 'one', 'finished')
    await commitOne(store, roomId, end)
    const after = await rev()
    expect(await decided(end)).toMatchObject({ ok: true, message: { stream: { state: 'finished' } } })
    expect(await decided(writeOp('bob', messageId, 'on'))).toMatchObject({
      ok: true,
      message: { content: 'one' },
    })
    expect(await decided(writeOp('bob', messageId, 'one more'))).toMatchObject({ code: 'STREAM_ENDED' })
    expect(await decided(onStreamOp('resume-stream', 'bob', messageId))).toMatchObject({
      message: { content: 'one', stream: { state: 'finished' } },
    })
    expect(await rev()).toBe(after)
  })

  test('is for its sender alone, who must still be allowed to speak', async () => {
    expect(await decided(writeOp('ann', messageId, 'not mine'))).toMatchObject({ code: 'FORBIDDEN' })
    const mute: Op = {
      ...{ kind: 'mute', actor: actorOf('ann'), at: nextAt(), targetId: actorOf('bob').id },
      until: '2030-01-01T00:00:00.000Z',
    }
    await commitOne(store, roomId, mute)
    expect(await decided(writeOp('bob', messageId, 'muted'))).toMatchObject({ code: 'MUTED' })
  })

  test('does not speak, and is not continued, where only others may: a message kept for it is no way in', async () => {
    const readOnly = (value: boolean): Op => ({
      ...{ kind: 'update-room', actor: actorOf('ann'), at: nextAt(), messageId: nextMessageId() },
      settings: { readOnly: value },
    })
    await commitOne(store, roomId, writeOp('bob', messageId, 'one', 'interrupted'))
    await commitOne(store, roomId, readOnly(true))
    const closed = { code: 'FORBIDDEN' }
    expect(await decided(onStreamOp('resume-stream', 'bob', messageId))).toMatchObject(closed)
    expect(await decided(writeOp('bob', messageId, 'one two', 'interrupted'))).toMatchObject(closed)
    await commitOne(store, roomId, readOnly(false))
    expect(await decided(onStreamOp('resume-stream', 'bob', messageId))).toMatchObject({ ok: true })
  })

  test('may be blank, and is no longer than a message', async () => {
    expect(await decided(writeOp('bob', messageId, '\n\n'))).toMatchObject({ ok: true })
    const most = `\n\n${'x'.repeat(LIMITS.contentCodePoints - 2)}`
    expect(await decided(writeOp('bob', messageId, most))).toMatchObject({ ok: true })
    expect(await decided(writeOp('bob', messageId, `${most}x`))).toMatchObject({ code: 'CONTENT_TOO_LONG' })
    expect(await decided(writeOp('bob', messageId, `${most.slice(0, 10)}\0`))).toMatchObject({
      code: 'VERSION_CONFLICT',
    })
  })

  test('of a message that was sent whole, or deleted, is refused', async () => {
    const whole = await say(store, roomId, 'bob', 'whole')
    await commitOne(store, roomId, deleteOp('ann', messageId))
    for (const id of [whole, messageId])
      expect(await decided(writeOp('bob', id, 'whole, and more'))).toMatchObject({
        code: 'MESSAGE_NOT_FOUND',
      })
    expect(await row()).toMatchObject({ deleted: true, content: '' })
    expect(await row()).not.toHaveProperty('stream')
  })
})

test('whatever changes nothing is marked as a duplicate, and nothing else is', async () => {
  const isDuplicate = async (op: Op) => {
    const before = await rev()
    const outcome = await decided(op)
    if (!outcome?.ok || outcome.kind !== 'message') throw new Error('it is answered with the message')
    const { duplicate = false } = outcome
    expect(await rev()).toBe(duplicate ? before : before + 1)
    return duplicate
  }
  expect(await isDuplicate(writeOp('bob', messageId, 'one'))).toBe(false)
  expect(await isDuplicate(writeOp('bob', messageId, 'on'))).toBe(true)
  // Another node has heard less of it.
  expect(await isDuplicate(interruptOp(messageId, 2))).toBe(true)
  expect(await isDuplicate(interruptOp(messageId, 3))).toBe(false)
  expect(await isDuplicate(interruptOp(messageId, 3))).toBe(true)
  expect(await isDuplicate(onStreamOp('resume-stream', 'bob', messageId))).toBe(false)
  expect(await isDuplicate(writeOp('bob', messageId, 'one', 'finished', 1))).toBe(false)
  expect(await isDuplicate(writeOp('bob', messageId, 'one', 'finished', 1))).toBe(true)
  expect(await isDuplicate(onStreamOp('resume-stream', 'bob', messageId))).toBe(true)
  expect(await isDuplicate(onStreamOp('cancel-stream', 'ann', messageId))).toBe(true)
})

describe('a gone producer', () => {
  test('is interrupted, and continues with its next write', async () => {
    await commitOne(store, roomId, writeOp('bob', messageId, 'one'))
    await commitOne(store, roomId, interruptOp(messageId, 3))
    expect(await row()).toMatchObject({ stream: { state: 'interrupted' } })
    await commitOne(store, roomId, writeOp('bob', messageId, 'one two'))
    expect(await row()).toMatchObject({ content: 'one two', stream: { state: 'streaming' } })
  })

  test('that has only nothing to say continues with a write of what is there; a late one does not', async () => {
    await commitOne(store, roomId, writeOp('bob', messageId, 'one'))
    await commitOne(store, roomId, interruptOp(messageId, 3))
    await commitOne(store, roomId, writeOp('bob', messageId, 'on'))
    expect(await row()).toMatchObject({ stream: { state: 'interrupted' } })
    await commitOne(store, roomId, writeOp('bob', messageId, 'one'))
    expect(await row()).toMatchObject({ stream: { state: 'streaming' } })
  })

  test('is not interrupted by a node that has missed its last write, or its new run', async () => {
    await commitOne(store, roomId, writeOp('bob', messageId, 'one two'))
    await commitOne(store, roomId, interruptOp(messageId, 3))
    await commitOne(store, roomId, onStreamOp('resume-stream', 'bob', messageId))
    await commitOne(store, roomId, interruptOp(messageId, 7))
    expect(await row()).toMatchObject({ stream: { state: 'streaming', run: 1 } })
  })

  test('writes no more once another continues it', async () => {
    await commitOne(store, roomId, writeOp('bob', messageId, 'one'))
    await commitOne(store, roomId, onStreamOp('resume-stream', 'bob', messageId))
    expect(await decided(writeOp('bob', messageId, 'one old'))).toMatchObject({ code: 'STREAM_ENDED' })
    expect(await decided(writeOp('bob', messageId, 'one new', 'finished', 1))).toMatchObject({ ok: true })
    expect(await row()).toMatchObject({ content: 'one new', stream: { state: 'finished', run: 1 } })
  })
})

describe('cancelling', () => {
  test('by a moderator: the producer may still write what it has sent out, once', async () => {
    await commitOne(store, roomId, writeOp('bob', messageId, 'one'))
    await commitOne(store, roomId, onStreamOp('cancel-stream', 'ann', messageId))
    expect(await row()).toMatchObject({ stream: { state: 'cancelled', closing: true } })
    await commitOne(store, roomId, writeOp('bob', messageId, 'one two', 'finished'))
    expect(await row()).toMatchObject({ content: 'one two', stream: { state: 'cancelled' } })
    expect((await row())?.stream).not.toHaveProperty('closing')
    expect(await decided(writeOp('bob', messageId, 'one two three', 'cancelled'))).toMatchObject({
      code: 'STREAM_ENDED',
    })
  })

  test('is closed when the producer says nothing more, and what has ended stays', async () => {
    await commitOne(store, roomId, onStreamOp('cancel-stream', 'bob', messageId))
    await commitOne(store, roomId, interruptOp(messageId, 0))
    expect((await row())?.stream).toEqual({ state: 'cancelled' })
    const after = await rev()
    await commitOne(store, roomId, onStreamOp('cancel-stream', 'ann', messageId))
    expect(await rev()).toBe(after)
  })

  test('is for its sender, for those who may delete it, and for the user whom it answers', async () => {
    const question = sendOp('eve', 'a question')
    await commitOne(store, roomId, question)
    const answer = openOp('bob', 'client-answer', question.id)
    await commitOne(store, roomId, answer)
    expect(await row(answer.id)).toMatchObject({ stream: { state: 'streaming', for: 'eve' } })
    expect(await decided(onStreamOp('cancel-stream', 'eve', messageId))).toMatchObject({ code: 'FORBIDDEN' })
    expect(await decided(onStreamOp('cancel-stream', 'eve', answer.id))).toMatchObject({ ok: true })
  })
})

test('while it grows its author does not edit it; afterwards they do', async () => {
  expect(await decided(editOp('bob', messageId, 'other'))).toMatchObject({ code: 'STREAM_OPEN' })
  await commitOne(store, roomId, writeOp('bob', messageId, 'one', 'finished'))
  expect(await decided(editOp('bob', messageId, 'other'))).toMatchObject({ ok: true })
})

test('a repeated opening finds the message, however it has grown; as a whole message it is a conflict', async () => {
  await commitOne(store, roomId, writeOp('bob', messageId, 'one'))
  expect(await decided(openOp('bob', 'client-of-bob'))).toMatchObject({
    duplicate: true,
    message: { id: messageId, content: 'one' },
  })
  const whole = sendOp('bob', 'one', { clientId: 'client-of-bob' })
  expect(await decided(whole)).toMatchObject({ code: 'CLIENT_ID_CONFLICT' })
})
