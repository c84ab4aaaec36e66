import { asUserId, type RoomId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import type { Store } from '../port'
import {
  commitOne,
  commitOps,
  deleteOp,
  editOp,
  messagesOf,
  newRoom,
  roomOf,
  say,
  sendOp,
} from './contract-room'
import type { ContractContext } from './store-contract'

async function everything(store: Store, roomId: RoomId) {
  const ann = asUserId('ann')
  return store.read(async (reader) => ({
    epoch: store.epoch,
    memberships: await reader.roomsOf(ann, { limit: 100 }),
    unread: await reader.unread(ann, [roomId]),
    messages: await reader.messages({ roomId, includeDeleted: true, take: 'rev', limit: 100 }),
    members: await reader.members(roomId, { afterRev: 0, limit: 100 }),
    audit: await reader.audit(roomId, { limit: 100 }),
    reports: await reader.reports(roomId, { resolved: false, limit: 100 }),
    user: await reader.user(ann),
    previews: await reader.previews([roomId]),
    publicRooms: await reader.publicRooms({ limit: 100 }),
  }))
}

export function durabilityContract({ opened, store }: ContractContext): void {
  describe('epoch', () => {
    test('exists, is short, and does not change while the store is open', async () => {
      const { epoch } = store()
      expect(epoch).toMatch(/^.{1,64}$/)
      await say(store(), await newRoom(store()), 'ann', 'x')
      expect(store().epoch).toBe(epoch)
    })
  })

  describe('opened again', () => {
    test('everything committed is there, and the numbers continue', async () => {
      const { reopen } = opened()
      if (!reopen) {
        expect(store().kind, 'only a store without a disk may forget').toBe('memory')
        return
      }
      const roomId = await newRoom(store(), { type: 'public', metadata: { topic: 'reopen' } })
      const dm = { ...roomOf({ type: 'dm' }), dmKey: 'ann bob' }
      await store().createRoom(dm)
      const kept = await say(store(), roomId, 'bob', 'kept 👨‍👩‍👧‍👦')
      const gone = await say(store(), roomId, 'bob', 'gone')
      await commitOps(store(), roomId, [
        sendOp('bob', 'once', { clientId: 'client-0001' }),
        editOp('bob', kept, 'edited', 'op-edit-1'),
        deleteOp('ann', gone),
        {
          kind: 'react',
          actor: { id: asUserId('ann'), name: 'ann', admin: false },
          at: 0,
          messageId: kept,
          emoji: '🎉',
          op: 'add',
        },
      ])
      await store().markRead(roomId, asUserId('ann'), 2)
      await store().putUser({ id: asUserId('ann'), name: 'Ann' })
      await store().revokeSession('session-1', Date.now() + 86_400_000)
      const before = await everything(store(), roomId)

      const again = await reopen()
      expect(await everything(again, roomId)).toEqual(before)
      expect(await again.isSessionRevoked('session-1')).toBe(true)
      expect((await again.createRoom({ ...roomOf({ type: 'dm' }), dmKey: 'ann bob' })).room.id).toBe(
        dm.room.id,
      )

      const duplicate = await commitOne(again, roomId, sendOp('bob', 'once', { clientId: 'client-0001' }))
      expect(duplicate).toMatchObject({ duplicate: true, message: { seq: 3 } })
      await commitOne(again, roomId, editOp('bob', kept, 'later'))
      await commitOne(again, roomId, editOp('bob', kept, 'edited', 'op-edit-1'))
      const next = await commitOne(again, roomId, sendOp('ann', 'next'))
      expect(next).toMatchObject({ message: { seq: 4, rev: 10 } })
      expect((await messagesOf(again, roomId))[0]?.content).toBe('later')
    })
  })
}
