import { asMessageId, asRoomId, asUserId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import type { Facts, Plan } from '../../core/ops'
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
} from './contract-room'
import type { ContractContext } from './store-contract'

const NOTHING = {
  userIds: [],
  messageIds: [],
  clientIds: [],
  opIds: [],
  owners: false,
  pins: false,
  lastSendOf: [],
}

const planOfNothing = (facts: Facts): Plan => ({
  outcomes: [],
  head: { rev: facts.room?.rev ?? 0, lastSeq: facts.room?.lastSeq ?? 0 },
  messages: [],
  members: [],
  room: undefined,
  opIds: [],
  audit: [],
  changes: [],
})

export function commitContract({ store }: ContractContext): void {
  describe('commit', () => {
    test('writes rows and head; seq and rev go up by one (I1, I2)', async () => {
      const roomId = await newRoom(store())
      await commitOps(store(), roomId, [sendOp('ann', 'one'), sendOp('bob', 'two')])
      await commitOps(store(), roomId, [sendOp('ann', 'three')])
      const rows = await messagesOf(store(), roomId)
      expect(rows.map(({ seq, rev, content }) => [seq, rev, content])).toEqual([
        [1, 3, 'one'],
        [2, 4, 'two'],
        [3, 5, 'three'],
      ])
      expect(await headOf(store(), roomId)).toEqual({ rev: 5, lastSeq: 3 })
    })

    test('returns every field of a message as it was written', async () => {
      const roomId = await newRoom(store())
      const original = await say(store(), roomId, 'ann', 'original')
      const metadata = { file: { id: 'f1', sizes: [1, 2.5, -3] }, on: true, none: null, '': 'empty key' }
      const op = sendOp('bob', 'answer', {
        type: 'reply',
        replyTo: original,
        clientId: 'client-0001',
        metadata,
      })
      const plan = await commitOps(store(), roomId, [op])
      expect(await messagesOf(store(), roomId, { fromSeq: 2 })).toEqual(plan.messages)
      expect(plan.messages[0]).toMatchObject({ replyTo: original, clientId: 'client-0001', metadata })
    })

    test('leaves absent fields absent', async () => {
      const roomId = await newRoom(store())
      await say(store(), roomId, 'ann', 'plain')
      const [row] = await messagesOf(store(), roomId)
      expect(row).not.toHaveProperty('clientId')
      expect(row).not.toHaveProperty('metadata')
      expect(row).toMatchObject({ replyTo: null, editedAt: null, deleted: false, reactions: [] })
    })

    test('answers with the plan that was written', async () => {
      const roomId = await newRoom(store())
      const plan = await commitOps(store(), roomId, [sendOp('ann', 'one')])
      expect(plan.outcomes).toMatchObject([{ ok: true, kind: 'message', message: { seq: 1, rev: 3 } }])
      expect(plan.changes).toMatchObject([{ rev: 3, kind: 'message' }])
    })

    test('writes one row for a message that the batch changed several times', async () => {
      const roomId = await newRoom(store())
      const op = sendOp('ann', 'draft')
      const react = {
        kind: 'react',
        actor: actorOf('bob'),
        at: nextAt(),
        messageId: op.id,
        emoji: '👍',
      } as const
      await commitOps(store(), roomId, [op, editOp('ann', op.id, 'final'), { ...react, op: 'add' }])
      const rows = await messagesOf(store(), roomId)
      expect(rows).toMatchObject([
        { seq: 1, rev: 5, content: 'final', reactions: [{ emoji: '👍', users: ['bob'] }] },
      ])
      expect(await headOf(store(), roomId)).toEqual({ rev: 5, lastSeq: 1 })
    })

    test('keeps all users of a reaction, in order, and drops them with the message', async () => {
      const names = Array.from({ length: 25 }, (_, index) => `user${index}`)
      const roles = Object.fromEntries(names.map((name) => [name, 'member' as const]))
      const roomId = await newRoom(store(), { roles: { ann: 'owner', ...roles } })
      const messageId = await say(store(), roomId, 'ann', 'vote')
      for (const name of names) {
        const op = { actor: actorOf(name), at: nextAt(), messageId, emoji: '👍', op: 'add' } as const
        await commitOne(store(), roomId, { kind: 'react', ...op })
      }
      expect((await messagesOf(store(), roomId))[0]?.reactions).toEqual([{ emoji: '👍', users: names }])
      await commitOne(store(), roomId, deleteOp('ann', messageId))
      expect((await messagesOf(store(), roomId))[0]).toMatchObject({
        content: '',
        deleted: true,
        reactions: [],
      })
    })

    test('writes nothing if the plan is empty', async () => {
      const roomId = await newRoom(store())
      await say(store(), roomId, 'ann', 'one')
      await store().commit(roomId, NOTHING, planOfNothing)
      await commitOps(store(), roomId, [sendOp('stranger', 'no'), editOp('bob', nextMessageId(), 'no')])
      expect(await headOf(store(), roomId)).toEqual({ rev: 3, lastSeq: 1 })
      expect(await messagesOf(store(), roomId)).toHaveLength(1)
    })

    test('of a missing room answers so, and writes nothing', async () => {
      let seen: Facts | undefined
      const missing = asRoomId('nowhere')
      await store().commit(missing, { ...NOTHING, userIds: [asUserId('ann')] }, (facts) => {
        seen = facts
        return planOfNothing(facts)
      })
      expect(seen?.room).toBeUndefined()
      expect(seen?.members.size).toBe(0)
      expect(await store().read((reader) => reader.memberships(asUserId('ann'), [missing]))).toEqual([])
    })

    test('of a decision that throws rejects, writes nothing, and does not block the room', async () => {
      const roomId = await newRoom(store())
      const failing = store().commit(roomId, NOTHING, () => {
        throw new Error('broken rule')
      })
      await expect(failing).rejects.toThrow('broken rule')
      expect(await headOf(store(), roomId)).toEqual({ rev: 2, lastSeq: 0 })
      await say(store(), roomId, 'ann', 'goes on')
      expect(await headOf(store(), roomId)).toEqual({ rev: 3, lastSeq: 1 })
    })

    test('writes members, room, system message and audit together', async () => {
      const roomId = await newRoom(store())
      const base = { actor: actorOf('ann'), at: nextAt() }
      await commitOps(store(), roomId, [
        {
          kind: 'update-room',
          ...base,
          messageId: nextMessageId(),
          name: 'New',
          settings: { slowModeSeconds: 5 },
        },
        { kind: 'ban', ...base, targetId: asUserId('bob'), reason: 'spam', messageId: nextMessageId() },
      ])
      const { memberships, audit } = await store().read(async (reader) => ({
        memberships: await reader.memberships(asUserId('bob'), [roomId]),
        audit: await reader.audit(roomId, { limit: 10 }),
      }))
      expect(memberships).toMatchObject([
        {
          room: { name: 'New', settings: { slowModeSeconds: 5 }, rev: 6, lastSeq: 2 },
          member: { removed: 'banned', rev: 5 },
        },
      ])
      expect((await messagesOf(store(), roomId)).map(({ type }) => type)).toEqual(['system', 'system'])
      expect(audit.map(({ action, reason }) => [action, reason])).toEqual([
        ['ban', 'spam'],
        ['update-room', null],
      ])
    })

    test('remembers the opId of an edit, so that its retry does not undo a later one', async () => {
      const roomId = await newRoom(store())
      const messageId = await say(store(), roomId, 'ann', 'zero')
      await commitOne(store(), roomId, editOp('ann', messageId, 'A', 'op-edit-a'))
      await commitOne(store(), roomId, editOp('ann', messageId, 'B', 'op-edit-b'))
      const retried = await commitOne(store(), roomId, editOp('ann', messageId, 'A', 'op-edit-a'))
      expect(retried).toMatchObject({ message: { content: 'B', rev: 5 } })
      expect(await headOf(store(), roomId)).toEqual({ rev: 5, lastSeq: 1 })
    })

    test('remembers the opId of an op that changed nothing, though it moves no head', async () => {
      const roomId = await newRoom(store())
      const messageId = await say(store(), roomId, 'ann', 'same')
      await commitOne(store(), roomId, editOp('ann', messageId, 'same', 'op-no-change'))
      expect(await headOf(store(), roomId)).toEqual({ rev: 3, lastSeq: 1 })
      await commitOne(store(), roomId, editOp('ann', messageId, 'other'))
      await commitOne(store(), roomId, editOp('ann', messageId, 'same', 'op-no-change'))
      expect((await messagesOf(store(), roomId))[0]?.content).toBe('other')
    })

    test('finds the room of a message, and none for an unknown one', async () => {
      const roomId = await newRoom(store())
      const messageId = await say(store(), roomId, 'ann', 'here')
      const found = await store().read((reader) => reader.roomOfMessage(messageId))
      expect(found).toBe(roomId)
      expect(await store().read((reader) => reader.roomOfMessage(asMessageId('unknown')))).toBeUndefined()
    })

    test('finds the seq of a message in its room, and none in another', async () => {
      const [roomId, other] = [await newRoom(store()), await newRoom(store())]
      await say(store(), roomId, 'ann', 'before')
      const messageId = await say(store(), roomId, 'ann', 'here')
      expect(await store().read((reader) => reader.seqOfMessage(roomId, messageId))).toBe(2)
      expect(await store().read((reader) => reader.seqOfMessage(other, messageId))).toBeUndefined()
      const unknown = asMessageId('unknown')
      expect(await store().read((reader) => reader.seqOfMessage(roomId, unknown))).toBeUndefined()
    })
  })
}
