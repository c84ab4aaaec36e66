import { asUserId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import { pairKey } from '../../core/ops'
import { commitOne, editOp, messagesOf, newRoom, say } from './contract-room'
import type { ContractContext } from './store-contract'

const MINUTE_MS = 60_000

/** Ops are remembered so that a repeat changes nothing, but not for ever. */
export function forgetOpsContract({ store }: ContractContext): void {
  describe('forgetOps', () => {
    const knows = (roomId: Awaited<ReturnType<typeof newRoom>>, opId: string): Promise<boolean> => {
      const opIds = [{ userId: asUserId('ann'), opId }]
      const need = {
        userIds: [],
        messageIds: [],
        clientIds: [],
        opIds,
        owners: false,
        pins: false,
        lastSendOf: [],
      }
      let known = false
      const look = store().commit(roomId, need, (facts) => {
        known = facts.opIds.has(pairKey('ann', opId))
        const head = { rev: facts.room?.rev ?? 0, lastSeq: facts.room?.lastSeq ?? 0 }
        const rows = { messages: [], members: [], room: undefined, opIds: [], audit: [], changes: [] }
        return { outcomes: [], head, ...rows }
      })
      return look.then(() => known)
    }

    test('drops older ones, in every room, and keeps newer ones', async () => {
      const [roomId, other] = [await newRoom(store()), await newRoom(store())]
      for (const room of [roomId, other]) {
        const messageId = await say(store(), room, 'ann', 'zero')
        await commitOne(store(), room, editOp('ann', messageId, 'one', 'op-00001'))
      }
      // Both were done at most a minute ago, by the store's own clock.
      expect(await store().forgetOps(Date.now() - MINUTE_MS)).toBe(0)
      expect(await knows(roomId, 'op-00001')).toBe(true)
      expect(await store().forgetOps(Date.now() + MINUTE_MS)).toBe(2)
      expect([await knows(roomId, 'op-00001'), await knows(other, 'op-00001')]).toEqual([false, false])
      expect(await store().forgetOps(Date.now() + MINUTE_MS)).toBe(0)
    })

    test('takes no number and changes no row; the room stays writable', async () => {
      const roomId = await newRoom(store())
      const messageId = await say(store(), roomId, 'ann', 'zero')
      await commitOne(store(), roomId, editOp('ann', messageId, 'one', 'op-00001'))
      const before = await messagesOf(store(), roomId)
      await store().forgetOps(Date.now() + MINUTE_MS)
      expect(await messagesOf(store(), roomId)).toEqual(before)
      const edited = await commitOne(store(), roomId, editOp('ann', messageId, 'two', 'op-00002'))
      expect(edited).toMatchObject({ message: { content: 'two', rev: 5 } })
      expect(await knows(roomId, 'op-00002')).toBe(true)
    })
  })
}
