import { asMessageId, asUserId, LIMITS, type MessageId, type RoomId } from '@roomful/protocol'
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
import type { Op, Outcome } from './ops'

let store: MemoryStore
let roomId: RoomId
beforeEach(async () => {
  store = createMemoryStore()
  roomId = await newRoom(store, { settings: { editWindowSeconds: 600 } })
})

async function decided(op: Op): Promise<Outcome | undefined> {
  return (await commitOps(store, roomId, [op])).outcomes[0]
}
const reactOp = (name: string, messageId: MessageId, emoji: string, op: 'add' | 'remove' = 'add'): Op => ({
  kind: 'react',
  actor: actorOf(name),
  at: START_MS,
  messageId,
  emoji,
  op,
})
const update = (settings: object): Op => ({
  kind: 'update-room',
  actor: actorOf('ann'),
  at: START_MS,
  messageId: nextMessageId(),
  settings,
})
const muteBob: Op = {
  kind: 'mute',
  actor: actorOf('ann'),
  at: START_MS,
  targetId: asUserId('bob'),
  until: '2100-01-01T00:00:00Z',
}

describe('an edit', () => {
  test('takes the caption of a picture away, and of nothing else', async () => {
    const picture = sendOp('ann', 'a cat', { type: 'image', metadata: { fileId: 'f1' } })
    await commitOne(store, roomId, picture)
    expect(await decided(editOp('ann', picture.id, ''))).toMatchObject({ ok: true, message: { content: '' } })
    expect(await decided(editOp('ann', picture.id, ' '))).toMatchObject({ code: 'INVALID_CONTENT' })
    const text = await say(store, roomId, 'ann', 'words')
    expect(await decided(editOp('ann', text, ''))).toMatchObject({
      code: 'INVALID_CONTENT',
      field: 'content',
    })
  })

  test('changes content, editedAt and rev, and nothing else', async () => {
    const op = sendOp('ann', 'old', { clientId: 'client-0001', metadata: { a: 1 } })
    await commitOne(store, roomId, op)
    const [before] = await messagesOf(store, roomId)
    const at = op.at + 5_000
    const edited = await decided({ ...editOp('ann', op.id, 'new'), at })
    const editedAt = new Date(at).toISOString()
    expect(edited).toMatchObject({ ok: true, message: { content: 'new', editedAt } })
    expect(await messagesOf(store, roomId)).toEqual([{ ...before, content: 'new', editedAt, rev: 4 }])
  })

  test('A whose ack was lost does not undo B when it is tried again', async () => {
    const messageId = await say(store, roomId, 'ann', 'zero')
    await commitOne(store, roomId, editOp('ann', messageId, 'A', 'op-edit-a'))
    await commitOne(store, roomId, editOp('ann', messageId, 'B', 'op-edit-b'))
    expect(await decided(editOp('ann', messageId, 'A', 'op-edit-a'))).toMatchObject({
      ok: true,
      message: { content: 'B', rev: 5 },
    })
    expect(await headOf(store, roomId)).toEqual({ rev: 5, lastSeq: 1 })
  })

  test('is known again inside of one batch', async () => {
    const messageId = await say(store, roomId, 'ann', 'zero')
    await commitOps(store, roomId, [
      editOp('ann', messageId, 'A', 'op-edit-a'),
      editOp('ann', messageId, 'B', 'op-edit-b'),
      editOp('ann', messageId, 'A', 'op-edit-a'),
    ])
    expect(await messagesOf(store, roomId)).toMatchObject([{ content: 'B', rev: 5 }])
  })

  test('with an opId of another message is a conflict', async () => {
    const [one, two] = [await say(store, roomId, 'ann', '1'), await say(store, roomId, 'ann', '2')]
    await commitOne(store, roomId, editOp('ann', one, 'new', 'op-edit-a'))
    const refused = await decided(editOp('ann', two, 'new', 'op-edit-a'))
    expect(refused).toEqual({ ok: false, code: 'CLIENT_ID_CONFLICT', field: 'opId' })
  })

  test('to the same content is a success and no change', async () => {
    const messageId = await say(store, roomId, 'ann', 'same')
    expect(await decided(editOp('ann', messageId, 'same'))).toMatchObject({
      ok: true,
      message: { rev: 3, editedAt: null },
    })
    expect(await headOf(store, roomId)).toEqual({ rev: 3, lastSeq: 1 })
  })

  test('of an old rev is a VERSION_CONFLICT that carries the row', async () => {
    const messageId = await say(store, roomId, 'ann', 'zero')
    await commitOne(store, roomId, editOp('ann', messageId, 'from the phone'))
    const edit = editOp('ann', messageId, 'from here')
    if (edit.kind !== 'edit') throw new Error('not an edit')
    expect(await decided({ ...edit, baseRev: 3 })).toMatchObject({
      ok: false,
      code: 'VERSION_CONFLICT',
      message: { content: 'from the phone', rev: 4 },
    })
    expect(await decided({ ...edit, baseRev: 4 })).toMatchObject({
      ok: true,
      message: { content: 'from here' },
    })
  })

  test.each([
    ['a read-only room: FORBIDDEN, as a send', { readOnly: true }, { code: 'FORBIDDEN' }],
    ['an archived room', { archived: true }, { code: 'ROOM_ARCHIVED' }],
  ])('is no way to speak in %s', async (_, settings, refusal) => {
    const messageId = await say(store, roomId, 'bob', 'old')
    await commitOne(store, roomId, update(settings))
    expect(await decided(editOp('bob', messageId, 'BUY COINS'))).toMatchObject({ ok: false, ...refusal })
    expect(await messagesOf(store, roomId)).toMatchObject([{ content: 'old' }])
  })

  test('in a read-only room is for those who may send there', async () => {
    const messageId = await say(store, roomId, 'ann', 'old')
    await commitOne(store, roomId, update({ readOnly: true }))
    expect(await decided(editOp('ann', messageId, 'new'))).toMatchObject({ ok: true })
  })

  test('in slow mode is as far from the last send or edit as a send: 100 at once are one', async () => {
    const op = sendOp('bob', 'old')
    await commitOne(store, roomId, op)
    await commitOne(store, roomId, update({ slowModeSeconds: 60 }))
    const edit = (n: number, afterMs: number): Op => ({
      ...editOp('bob', op.id, `text ${n}`),
      at: op.at + afterMs,
    })
    expect(await decided(edit(0, 20_000))).toMatchObject({ code: 'SLOW_MODE', retryAfterMs: 40_000 })
    expect(await decided(edit(1, 60_000))).toMatchObject({ ok: true })
    const hundred = Array.from({ length: 100 }, (_, n) => edit(n + 2, 60_000 + n))
    const { outcomes } = await commitOps(store, roomId, hundred)
    expect(new Set(outcomes.map((outcome) => !outcome.ok && outcome.code))).toEqual(new Set(['SLOW_MODE']))
    // An edit counts as a send: the next send waits for it too.
    const next = { ...sendOp('bob', 'next'), at: op.at + 100_000 }
    expect(await decided(next)).toMatchObject({ code: 'SLOW_MODE', retryAfterMs: 20_000 })
    expect(await decided({ ...next, at: op.at + 120_000 })).toMatchObject({ ok: true })
  })

  test('of a moderator does not wait in slow mode', async () => {
    const messageId = await say(store, roomId, 'ann', 'old')
    await commitOne(store, roomId, update({ slowModeSeconds: 60 }))
    expect(await decided(editOp('ann', messageId, 'new'))).toMatchObject({ ok: true })
    expect(await decided(editOp('ann', messageId, 'newer'))).toMatchObject({ ok: true })
  })

  test('is open for the window of the room', async () => {
    const op = sendOp('ann', 'old')
    await commitOne(store, roomId, op)
    const late = await decided({ ...editOp('ann', op.id, 'late'), at: op.at + 600_001 })
    expect(late).toEqual({ ok: false, code: 'EDIT_WINDOW_CLOSED', limit: 600 })
    expect(await decided({ ...editOp('ann', op.id, 'in time'), at: op.at + 600_000 })).toMatchObject({
      ok: true,
    })
  })

  test('of a tombstone, a missing message, a system message', async () => {
    const messageId = await say(store, roomId, 'ann', 'gone')
    await commitOps(store, roomId, [deleteOp('ann', messageId), { ...update({}), name: 'New' } as Op])
    const [, system] = await messagesOf(store, roomId)
    const codes = []
    for (const id of [messageId, asMessageId('unknown'), system?.id ?? messageId]) {
      codes.push(await decided(editOp('ann', id, 'x')))
    }
    expect(codes).toMatchObject([
      { code: 'MESSAGE_NOT_FOUND' },
      { code: 'MESSAGE_NOT_FOUND' },
      { code: 'FORBIDDEN' },
    ])
  })

  test('is no way around a mute, an archived room, or the rule for content', async () => {
    const messageId = await say(store, roomId, 'bob', 'mine')
    expect(await decided(editOp('bob', messageId, ' '))).toMatchObject({ code: 'INVALID_CONTENT' })
    await commitOne(store, roomId, muteBob)
    expect(await decided(editOp('bob', messageId, 'x'))).toEqual({ ok: false, code: 'MUTED' })
    await commitOne(store, roomId, update({ archived: true }))
    expect(await decided(editOp('bob', messageId, 'x'))).toEqual({ ok: false, code: 'ROOM_ARCHIVED' })
  })
})

describe('a delete', () => {
  test('leaves place, sender and clientId, and takes content, metadata and reactions', async () => {
    const op = sendOp('bob', 'secret', { clientId: 'client-0001', metadata: { a: 1 } })
    await commitOps(store, roomId, [op, reactOp('ann', op.id, '👍'), deleteOp('bob', op.id)])
    const [row] = await messagesOf(store, roomId)
    expect(row).toMatchObject({ seq: 1, rev: 5, senderId: 'bob', clientId: 'client-0001', deleted: true })
    expect(row).toMatchObject({ content: '', reactions: [] })
    expect(row).not.toHaveProperty('metadata')
  })

  test('of a tombstone is a success and no change', async () => {
    const messageId = await say(store, roomId, 'bob', 'gone')
    await commitOne(store, roomId, deleteOp('bob', messageId))
    expect(await decided(deleteOp('bob', messageId))).toMatchObject({ ok: true, message: { rev: 4 } })
    expect(await headOf(store, roomId)).toEqual({ rev: 4, lastSeq: 1 })
  })

  test("of another's is in the audit, one's own is not; changes name their author", async () => {
    const [own, his] = [await say(store, roomId, 'ann', '1'), await say(store, roomId, 'bob', '2')]
    const plan = await commitOps(store, roomId, [deleteOp('ann', own), deleteOp('ann', his)])
    expect(plan.audit).toMatchObject([{ action: 'delete-message', actorId: 'ann', targetId: his }])
    expect(plan.changes.map((change) => 'actor' in change && change.actor)).toEqual([false, 'ann'])
  })

  test('is open to a muted author and in an archived room', async () => {
    const messageId = await say(store, roomId, 'bob', 'gone')
    await commitOps(store, roomId, [muteBob, update({ archived: true })])
    expect(await decided(deleteOp('bob', messageId))).toMatchObject({ ok: true })
  })
})

describe('a reaction', () => {
  test('added twice or removed when absent is a success and takes no rev', async () => {
    const messageId = await say(store, roomId, 'ann', 'vote')
    const plan = await commitOps(store, roomId, [
      reactOp('bob', messageId, '👍', 'remove'),
      reactOp('bob', messageId, '👍'),
      reactOp('bob', messageId, '👍'),
      reactOp('ann', messageId, '👍'),
      reactOp('bob', messageId, '👍', 'remove'),
      reactOp('ann', messageId, '👍', 'remove'),
    ])
    expect(plan.outcomes.map((outcome) => outcome.ok)).toEqual(Array(6).fill(true))
    expect(plan.changes.map(({ rev }) => rev)).toEqual([4, 5, 6, 7])
    expect(plan.outcomes[3]).toMatchObject({
      message: { reactions: [{ emoji: '👍', count: 2, users: ['bob', 'ann'], mine: true }] },
    })
    expect(await messagesOf(store, roomId)).toMatchObject([{ rev: 7, reactions: [] }])
  })

  test('is one, with U+FE0F and without: each user removes their own from any keyboard', async () => {
    const messageId = await say(store, roomId, 'ann', 'hi')
    const { outcomes } = await commitOps(store, roomId, [
      reactOp('bob', messageId, '❤️'),
      reactOp('ann', messageId, '❤'),
      reactOp('bob', messageId, '❤'),
      reactOp('ann', messageId, '👩‍❤️‍👨'),
      reactOp('bob', messageId, '👩‍❤‍👨'),
      reactOp('bob', messageId, '❤', 'remove'),
    ])
    expect(outcomes[4]).toMatchObject({
      message: {
        reactions: [
          { emoji: '❤️', users: ['bob', 'ann'], mine: true },
          { emoji: '👩‍❤️‍👨', users: ['ann', 'bob'], mine: true },
        ],
      },
    })
    expect(outcomes[5]).toMatchObject({ message: { reactions: [{ emoji: '❤️', users: ['ann'] }, {}] } })
  })

  test(`is one of ${LIMITS.reactionEmojis} kinds at most`, async () => {
    const messageId = await say(store, roomId, 'ann', 'vote')
    const emojis = Array.from({ length: LIMITS.reactionEmojis }, (_, index) => `e${index}`)
    await commitOps(
      store,
      roomId,
      emojis.map((emoji) => reactOp('ann', messageId, emoji)),
    )
    const limit = LIMITS.reactionEmojis
    expect(await decided(reactOp('bob', messageId, 'one more'))).toEqual({
      ok: false,
      code: 'LIMIT_EXCEEDED',
      field: 'emoji',
      limit,
    })
    expect(await decided(reactOp('bob', messageId, 'e0'))).toMatchObject({ ok: true })
  })

  test('on a tombstone finds nothing', async () => {
    const messageId = await say(store, roomId, 'ann', 'gone')
    await commitOne(store, roomId, deleteOp('ann', messageId))
    expect(await decided(reactOp('bob', messageId, '👍'))).toEqual({ ok: false, code: 'MESSAGE_NOT_FOUND' })
  })

  test('of a muted member can be removed, not added; in an archived room neither', async () => {
    const messageId = await say(store, roomId, 'ann', 'vote')
    await commitOps(store, roomId, [
      reactOp('bob', messageId, '👍'),
      reactOp('bob', messageId, '🎉'),
      muteBob,
    ])
    expect(await decided(reactOp('bob', messageId, '❤️'))).toEqual({ ok: false, code: 'MUTED' })
    expect(await decided(reactOp('bob', messageId, '👍', 'remove'))).toMatchObject({ ok: true })
    await commitOne(store, roomId, update({ archived: true }))
    expect(await decided(reactOp('bob', messageId, '🎉', 'remove'))).toEqual({
      ok: false,
      code: 'ROOM_ARCHIVED',
    })
  })
})

test('a message from before the user returned is not found by edit, react or delete', async () => {
  const messageId = await say(store, roomId, 'bob', 'before')
  const base = { actor: actorOf('ann'), at: START_MS }
  await commitOps(store, roomId, [
    { kind: 'kick', ...base, targetId: asUserId('bob'), messageId: nextMessageId() },
    { kind: 'invite', ...base, target: { id: asUserId('bob'), name: 'bob' }, messageId: nextMessageId() },
  ])
  for (const op of [
    editOp('bob', messageId, 'x'),
    deleteOp('bob', messageId),
    reactOp('bob', messageId, '👍'),
  ]) {
    expect(await decided(op)).toEqual({ ok: false, code: 'MESSAGE_NOT_FOUND' })
  }
})
