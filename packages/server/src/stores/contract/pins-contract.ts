import type { MessageId, RoomId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import type { Op } from '../../core/ops'
import {
  actorOf,
  commitOne,
  commitOps,
  deleteOp,
  editOp,
  messagesOf,
  newRoom,
  nextAt,
  say,
} from './contract-room'
import type { ContractContext } from './store-contract'

const NOTHING = { userIds: [], messageIds: [], clientIds: [], opIds: [], owners: false, lastSendOf: [] }

export const pinOp = (name: string, messageId: MessageId, op: 'add' | 'remove' = 'add'): Op => ({
  kind: 'pin',
  actor: actorOf(name),
  at: nextAt(),
  messageId,
  op,
})

export function pinsContract({ store }: ContractContext): void {
  const pinned = async (roomId: RoomId): Promise<string[]> =>
    (await store().read((reader) => reader.pins(roomId))).map(({ content }) => content)
  const counted = async (roomId: RoomId): Promise<number> => {
    let pins = -1
    await store().commit(roomId, { ...NOTHING, pins: true }, (facts) => {
      pins = facts.pins
      const head = { rev: facts.room?.rev ?? 0, lastSeq: facts.room?.lastSeq ?? 0 }
      const none = { messages: [], members: [], opIds: [], audit: [], changes: [] }
      return { outcomes: [], head, room: undefined, ...none }
    })
    return pins
  }

  describe('pins', () => {
    test('are found by their room, by seq, as they are', async () => {
      const [roomId, other] = [await newRoom(store()), await newRoom(store())]
      const one = await say(store(), roomId, 'ann', 'one')
      await say(store(), roomId, 'ann', 'two')
      const three = await say(store(), roomId, 'ann', 'three')
      await commitOne(store(), other, pinOp('ann', await say(store(), other, 'ann', 'elsewhere')))
      await commitOne(store(), roomId, pinOp('ann', three))
      await commitOne(store(), roomId, pinOp('ann', one))
      expect(await pinned(roomId)).toEqual(['one', 'three'])
      expect(await counted(roomId)).toBe(2)
      const rows = await store().read((reader) => reader.pins(roomId))
      expect(rows).toEqual((await messagesOf(store(), roomId)).filter((row) => row.pinned))
      expect(rows[0]?.pinned).toEqual({ by: 'ann', at: expect.stringMatching(/^2026-.*Z$/) })
    })

    test('go with an unpin and with their message, and stay through an edit', async () => {
      const roomId = await newRoom(store())
      const ids: MessageId[] = []
      for (const content of ['one', 'two', 'three']) ids.push(await say(store(), roomId, 'ann', content))
      const [one, two, three] = ids
      if (!one || !two || !three) throw new Error('three were sent')
      await commitOps(store(), roomId, [pinOp('ann', one), pinOp('ann', two), pinOp('ann', three)])
      await commitOne(store(), roomId, pinOp('ann', one, 'remove'))
      await commitOne(store(), roomId, deleteOp('ann', two))
      await commitOne(store(), roomId, editOp('ann', three, 'third'))
      expect(await pinned(roomId)).toEqual(['third'])
      expect(await counted(roomId)).toBe(1)
      expect((await messagesOf(store(), roomId)).map((row) => 'pinned' in row)).toEqual([false, false, true])
    })

    test('of a room that is not there are none', async () => {
      const roomId = await newRoom(store())
      expect(await pinned(roomId)).toEqual([])
      expect(await counted(roomId)).toBe(0)
    })
  })
}
