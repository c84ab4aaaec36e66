import { asRoomId, asUserId, LIMITS } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import {
  actorOf,
  commitOne,
  commitOps,
  deleteOp,
  headOf,
  newRoom,
  nextAt,
  nextMessageId,
  say,
  sendOp,
  unreadOf,
} from './contract-room'
import type { ContractContext } from './store-contract'

export function readCursorContract({ store }: ContractContext): void {
  const bob = asUserId('bob')

  describe('markRead', () => {
    test('moves forward, never back, and returns the position', async () => {
      const roomId = await newRoom(store())
      for (const text of ['1', '2', '3', '4', '5']) await say(store(), roomId, 'ann', text)
      expect(await store().markRead(roomId, bob, 4)).toEqual({ seq: 4, unread: 1 })
      expect(await store().markRead(roomId, bob, 2)).toEqual({ seq: 4, unread: 1 })
      expect(await store().markRead(roomId, bob, 4)).toEqual({ seq: 4, unread: 1 })
      expect(await store().markRead(roomId, bob, 5)).toEqual({ seq: 5, unread: 0 })
    })

    test('is clamped to the head', async () => {
      const roomId = await newRoom(store())
      await say(store(), roomId, 'ann', '1')
      const answer = await store().markRead(roomId, bob, Number.MAX_SAFE_INTEGER)
      expect(answer).toEqual({ seq: 1, unread: 0 })
      await say(store(), roomId, 'ann', '2')
      expect(await unreadOf(store(), 'bob', roomId)).toBe(1)
    })

    test('takes no rev, and moves only one user', async () => {
      const roomId = await newRoom(store(), { roles: { ann: 'owner', bob: 'member', cid: 'member' } })
      await say(store(), roomId, 'ann', '1')
      await store().markRead(roomId, bob, 1)
      expect(await headOf(store(), roomId)).toEqual({ rev: 4, lastSeq: 1 })
      expect(await unreadOf(store(), 'cid', roomId)).toBe(1)
    })

    test('survives the next commit that writes the member', async () => {
      const roomId = await newRoom(store())
      await say(store(), roomId, 'ann', '1')
      await store().markRead(roomId, bob, 1)
      await commitOne(store(), roomId, {
        kind: 'set-role',
        actor: actorOf('ann'),
        at: nextAt(),
        targetId: bob,
        role: 'admin',
      })
      const [membership] = await store().read((reader) => reader.memberships(bob, [roomId]))
      expect(membership?.member).toMatchObject({ role: 'admin', lastReadSeq: 1 })
    })

    test('of two devices at once ends at the higher', async () => {
      const roomId = await newRoom(store())
      await commitOps(
        store(),
        roomId,
        Array.from({ length: 50 }, (_, index) => sendOp('ann', `${index}`)),
      )
      await Promise.all([50, 40, 45, 10].map((seq) => store().markRead(roomId, bob, seq)))
      expect(await store().markRead(roomId, bob, 0)).toEqual({ seq: 50, unread: 0 })
    })

    test('is never undone by a commit of the same member that races with it (I6)', async () => {
      const roomId = await newRoom(store())
      await commitOps(
        store(),
        roomId,
        Array.from({ length: 30 }, (_, index) => sendOp('ann', `${index}`)),
      )
      const setRole = { kind: 'set-role', actor: actorOf('ann'), at: nextAt(), targetId: bob } as const
      await Promise.all(
        Array.from({ length: 30 }, (_, index) => [
          commitOps(store(), roomId, [{ ...setRole, role: index % 2 === 0 ? 'admin' : 'member' }]),
          store().markRead(roomId, bob, index + 1),
        ]).flat(),
      )
      expect(await store().markRead(roomId, bob, 0)).toMatchObject({ seq: 30 })
    })

    test('returns nothing for a user who is not in the room now', async () => {
      const roomId = await newRoom(store())
      await commitOne(store(), roomId, {
        kind: 'leave',
        actor: actorOf('bob'),
        at: nextAt(),
        messageId: nextMessageId(),
      })
      expect(await store().markRead(roomId, bob, 1)).toBeUndefined()
      expect(await store().markRead(roomId, asUserId('stranger'), 1)).toBeUndefined()
      expect(await store().markRead(asRoomId('nowhere'), bob, 1)).toBeUndefined()
    })
  })

  describe('unread (I13)', () => {
    test('leaves out own, deleted, system and read messages', async () => {
      const roomId = await newRoom(store())
      const deleted = await say(store(), roomId, 'ann', 'deleted later')
      await say(store(), roomId, 'ann', 'one')
      await say(store(), roomId, 'bob', 'my own')
      await commitOne(store(), roomId, {
        kind: 'update-room',
        actor: actorOf('ann'),
        at: nextAt(),
        messageId: nextMessageId(),
        name: 'Renamed',
      })
      await say(store(), roomId, 'ann', 'two')
      expect(await unreadOf(store(), 'bob', roomId)).toBe(3)
      await commitOne(store(), roomId, deleteOp('ann', deleted))
      expect(await unreadOf(store(), 'bob', roomId)).toBe(2)
      await store().markRead(roomId, bob, 2)
      expect(await unreadOf(store(), 'bob', roomId)).toBe(1)
      expect(await unreadOf(store(), 'ann', roomId)).toBe(1)
    })

    test('is counted up to the cap and no further', async () => {
      const roomId = await newRoom(store())
      const many = Array.from({ length: LIMITS.unreadCap + 20 }, (_, index) => sendOp('ann', `${index}`))
      await commitOps(store(), roomId, many)
      expect(await unreadOf(store(), 'bob', roomId)).toBe(LIMITS.unreadCap)
      await store().markRead(roomId, bob, 25)
      expect(await unreadOf(store(), 'bob', roomId)).toBe(LIMITS.unreadCap - 5)
    })

    test('does not count messages from before the user returned', async () => {
      const roomId = await newRoom(store())
      const base = { actor: actorOf('ann'), at: nextAt() }
      await commitOne(store(), roomId, { kind: 'kick', ...base, targetId: bob, messageId: nextMessageId() })
      await say(store(), roomId, 'ann', 'behind his back')
      const target = { id: bob, name: 'bob' }
      await commitOne(store(), roomId, { kind: 'invite', ...base, target, messageId: nextMessageId() })
      await say(store(), roomId, 'ann', 'welcome')
      expect(await unreadOf(store(), 'bob', roomId)).toBe(1)
    })

    test('is counted for many rooms at once; other rooms count nothing', async () => {
      const [first, second, foreign] = [
        await newRoom(store()),
        await newRoom(store()),
        await newRoom(store(), { roles: { ann: 'owner' } }),
      ]
      await say(store(), first, 'ann', '1')
      await say(store(), foreign, 'ann', '1')
      const rooms = [first, second, foreign, asRoomId('nowhere')]
      const unread = await store().read((reader) => reader.unread(bob, rooms))
      expect(rooms.map((roomId) => unread.get(roomId) ?? 0)).toEqual([1, 0, 0, 0])
    })
  })
}
