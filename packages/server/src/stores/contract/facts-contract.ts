import { asClientId, asMessageId, asUserId, type MessageId, type RoomId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import { decide } from '../../core/decide'
import { type Facts, type Need, type Op, pairKey } from '../../core/ops'
import type { Store } from '../port'
import {
  actorOf,
  commitOne,
  commitOps,
  deleteOp,
  editOp,
  ids,
  newRoom,
  nextAt,
  nextMessageId,
  say,
  sendOp,
} from './contract-room'
import type { ContractContext } from './store-contract'

async function factsOf(store: Store, roomId: RoomId, need: Partial<Need>): Promise<Facts> {
  const whole = {
    userIds: [],
    messageIds: [],
    clientIds: [],
    opIds: [],
    owners: false,
    pins: false,
    lastSendOf: [],
    ...need,
  }
  let seen: Facts | undefined
  await store.commit(roomId, whole, (facts) => {
    seen = facts
    return decide(facts, [])
  })
  if (!seen) throw new Error('the commit did not ask for a decision')
  return seen
}

const reactOp = (name: string, messageId: MessageId, at: number): Op => ({
  kind: 'react',
  actor: actorOf(name),
  at,
  messageId,
  emoji: '👍',
  op: 'add',
})

export function factsContract({ store }: ContractContext): void {
  describe('the facts of a commit', () => {
    test('have the room with its head', async () => {
      const roomId = await newRoom(store(), { name: 'Facts', settings: { readOnly: false } })
      await say(store(), roomId, 'ann', 'one')
      const { room } = await factsOf(store(), roomId, {})
      expect(room).toMatchObject({
        id: roomId,
        name: 'Facts',
        settings: { readOnly: false },
        rev: 3,
        lastSeq: 1,
      })
    })

    test('have the members asked for, the removed included, and no others', async () => {
      const roomId = await newRoom(store(), { roles: { ann: 'owner', bob: 'member', cid: 'member' } })
      await commitOne(store(), roomId, {
        kind: 'kick',
        actor: actorOf('ann'),
        at: nextAt(),
        targetId: asUserId('bob'),
        messageId: nextMessageId(),
      })
      const { members } = await factsOf(store(), roomId, { userIds: ids('ann', 'bob', 'nobody') })
      expect([...members.keys()].sort()).toEqual(['ann', 'bob'])
      expect(members.get(asUserId('bob'))).toMatchObject({ removed: 'kicked', rev: 4 })
      expect(members.get(asUserId('ann'))).not.toHaveProperty('removed')
    })

    test('have the messages asked for, tombstones included, of this room only', async () => {
      const roomId = await newRoom(store())
      const other = await newRoom(store())
      const kept = await say(store(), roomId, 'ann', 'kept')
      const deleted = await say(store(), roomId, 'ann', 'deleted')
      await commitOne(store(), roomId, deleteOp('ann', deleted))
      const foreign = await say(store(), other, 'ann', 'elsewhere')
      const { messages } = await factsOf(store(), roomId, {
        messageIds: [kept, deleted, foreign, asMessageId('unknown')],
      })
      expect([...messages.keys()].sort()).toEqual([kept, deleted].sort())
      expect(messages.get(deleted)).toMatchObject({ deleted: true, seq: 2, rev: 5 })
    })

    test('find a message by its sender and clientId, in this room only', async () => {
      const roomId = await newRoom(store())
      const other = await newRoom(store())
      const clientId = 'client-0001'
      await commitOne(store(), roomId, sendOp('ann', 'of ann', { clientId }))
      await commitOne(store(), roomId, sendOp('bob', 'of bob', { clientId }))
      await commitOne(store(), other, sendOp('ann', 'elsewhere', { clientId: 'client-0002' }))
      const { byClientId } = await factsOf(store(), roomId, {
        clientIds: [
          { userId: asUserId('ann'), clientId: asClientId(clientId) },
          { userId: asUserId('ann'), clientId: asClientId('client-0002') },
          { userId: asUserId('cid'), clientId: asClientId(clientId) },
        ],
      })
      expect([...byClientId.keys()]).toEqual([pairKey('ann', clientId)])
      expect(byClientId.get(pairKey('ann', clientId))).toMatchObject({ content: 'of ann', seq: 1 })
    })

    test('find a deleted message by its clientId, for ever (I4)', async () => {
      const roomId = await newRoom(store())
      const op = sendOp('ann', 'gone', { clientId: 'client-0001' })
      await commitOne(store(), roomId, op)
      await commitOne(store(), roomId, deleteOp('ann', op.id))
      const again = await commitOne(store(), roomId, sendOp('ann', 'gone', { clientId: 'client-0001' }))
      expect(again).toMatchObject({ duplicate: true, message: { id: op.id, deleted: true } })
    })

    test('know the ops done before, by user, in this room only', async () => {
      const roomId = await newRoom(store())
      const other = await newRoom(store())
      const messageId = await say(store(), roomId, 'ann', 'zero')
      await commitOne(store(), roomId, editOp('ann', messageId, 'one', 'op-of-ann'))
      const asked = [
        { userId: asUserId('ann'), opId: 'op-of-ann' },
        { userId: asUserId('bob'), opId: 'op-of-ann' },
        { userId: asUserId('ann'), opId: 'op-unknown' },
      ]
      const { opIds } = await factsOf(store(), roomId, { opIds: asked })
      expect([...opIds]).toEqual([[pairKey('ann', 'op-of-ann'), messageId]])
      expect((await factsOf(store(), other, { opIds: asked })).opIds.size).toBe(0)
    })

    test('count the present owners', async () => {
      const roles = { ann: 'owner', bob: 'owner', cid: 'owner', dot: 'member' } as const
      const roomId = await newRoom(store(), { roles })
      expect((await factsOf(store(), roomId, { owners: true })).owners).toBe(3)
      const base = { actor: actorOf('bob'), at: nextAt(), messageId: nextMessageId() }
      await commitOne(store(), roomId, { kind: 'leave', ...base })
      expect((await factsOf(store(), roomId, { owners: true })).owners).toBe(2)
    })

    test('in slow mode have the time of the last message, system messages left out', async () => {
      const roomId = await newRoom(store(), { settings: { slowModeSeconds: 30 } })
      const first = nextAt()
      await commitOne(store(), roomId, sendOp('ann', 'first', { at: first }))
      await commitOne(store(), roomId, sendOp('ann', 'last', { at: first + 40_000 }))
      await commitOne(store(), roomId, {
        kind: 'update-room',
        actor: actorOf('ann'),
        at: first + 50_000,
        messageId: nextMessageId(),
        name: 'Renamed',
      })
      const { lastSendAt } = await factsOf(store(), roomId, { lastSendOf: ids('ann', 'bob') })
      expect([...lastSendAt]).toEqual([['ann', first + 40_000]])
    })

    test('in slow mode have the time of the last edit, if that was later', async () => {
      const roomId = await newRoom(store(), { settings: { slowModeSeconds: 30 } })
      const first = nextAt()
      const [one, two] = [sendOp('ann', 'one', { at: first }), sendOp('ann', 'two', { at: first + 40_000 })]
      await commitOps(store(), roomId, [one, two])
      const edit = { ...editOp('ann', one.id, 'one, better'), at: first + 80_000 }
      await commitOne(store(), roomId, edit)
      // Others' changes to it do not count as the sender's.
      await commitOne(store(), roomId, reactOp('bob', one.id, first + 90_000))
      const { lastSendAt } = await factsOf(store(), roomId, { lastSendOf: ids('ann', 'bob') })
      expect([...lastSendAt]).toEqual([['ann', first + 80_000]])
    })
  })
}
