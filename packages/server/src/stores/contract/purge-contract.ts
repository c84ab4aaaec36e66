import { asRoomId, asUserId, type RoomId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import {
  commitOne,
  commitOps,
  deleteOp,
  editOp,
  headOf,
  messagesOf,
  newRoom,
  nextId,
  say,
  sendOp,
  unreadOf,
} from './contract-room'
import type { ContractContext } from './store-contract'

export function purgeContract({ store, opened }: ContractContext): void {
  const ann = asUserId('ann')

  async function fiveMessages(): Promise<RoomId> {
    const roomId = await newRoom(store())
    await commitOps(
      store(),
      roomId,
      [1, 2, 3, 4, 5].map((seq) => sendOp('ann', `text ${seq}`, { clientId: `client-000${seq}` })),
    )
    return roomId
  }
  const seqsOf = async (roomId: RoomId): Promise<number[]> =>
    (await messagesOf(store(), roomId)).map(({ seq }) => seq)
  const floorOf = async (roomId: RoomId): Promise<number | undefined> =>
    (await store().read((reader) => reader.memberships(ann, [roomId])))[0]?.floorSeq

  describe('purge', () => {
    test('removes the rows below the floor, and nothing else', async () => {
      const [roomId, other] = [await fiveMessages(), await fiveMessages()]
      const head = await headOf(store(), roomId)
      expect(await store().purge(roomId, 4)).toBe(4)
      expect(await seqsOf(roomId)).toEqual([4, 5])
      expect(await floorOf(roomId)).toBe(4)
      expect(await headOf(store(), roomId)).toEqual(head)
      expect(await seqsOf(other)).toEqual([1, 2, 3, 4, 5])
      expect(await floorOf(other)).toBe(1)
      const changed = await messagesOf(store(), roomId, { take: 'rev', afterRev: 0 })
      expect(changed.map(({ seq }) => seq)).toEqual([4, 5])
    })

    test('only rises, and no further than the head', async () => {
      const roomId = await fiveMessages()
      expect(await store().purge(roomId, 3)).toBe(3)
      expect(await store().purge(roomId, 2)).toBe(3)
      expect(await store().purge(roomId, 0)).toBe(3)
      expect(await seqsOf(roomId)).toEqual([3, 4, 5])
      expect(await store().purge(roomId, 99)).toBe(6)
      expect(await seqsOf(roomId)).toEqual([])
      expect(await store().purge(asRoomId('nowhere'), 3)).toBeUndefined()
    })

    test('the room continues with its next numbers (I1, I2)', async () => {
      const roomId = await fiveMessages()
      await store().purge(roomId, 6)
      const sent = await commitOne(store(), roomId, sendOp('bob', 'six'))
      expect(sent).toMatchObject({ message: { seq: 6, rev: 8 } })
      expect(await seqsOf(roomId)).toEqual([6])
    })

    test('a late retry is answered with its message, not sent again (I4)', async () => {
      const roomId = await fiveMessages()
      const [, second] = await messagesOf(store(), roomId)
      await store().purge(roomId, 4)
      const again = await commitOne(store(), roomId, sendOp('ann', 'text 2', { clientId: 'client-0002' }))
      expect(again).toMatchObject({
        duplicate: true,
        message: { id: second?.id, seq: 2, deleted: true, content: '', clientId: 'client-0002' },
      })
      const other = sendOp('ann', 'text 2', { clientId: 'client-0002', type: 'poll' })
      expect((await commitOps(store(), roomId, [other])).outcomes).toMatchObject([
        { code: 'CLIENT_ID_CONFLICT' },
      ])
      const foreign = await commitOne(store(), roomId, sendOp('bob', 'text', { clientId: 'client-0002' }))
      expect(foreign).toMatchObject({ message: { seq: 6 } })
      const kept = await commitOne(store(), roomId, sendOp('ann', 'text 5', { clientId: 'client-0005' }))
      expect(kept).toMatchObject({ duplicate: true, message: { seq: 5, content: 'text 5' } })
    })

    test('a purged message is not found: by its id, for an edit, a delete, a reply', async () => {
      const roomId = await fiveMessages()
      const [first] = await messagesOf(store(), roomId)
      if (!first) throw new Error('five messages were sent')
      await store().purge(roomId, 2)
      const outcomes = await commitOps(store(), roomId, [
        editOp('ann', first.id, 'edited'),
        deleteOp('ann', first.id),
        sendOp('ann', 'reply', { replyTo: first.id, type: 'reply' }),
      ])
      expect(outcomes.outcomes).toMatchObject(Array(3).fill({ code: 'MESSAGE_NOT_FOUND' }))
      expect(await store().read((reader) => reader.roomOfMessage(first.id))).toBeUndefined()
    })

    test('a purged message is not unread, and no preview', async () => {
      const roomId = await fiveMessages()
      expect(await unreadOf(store(), 'bob', roomId)).toBe(5)
      await store().purge(roomId, 4)
      expect(await unreadOf(store(), 'bob', roomId)).toBe(2)
      await store().purge(roomId, 6)
      expect(await unreadOf(store(), 'bob', roomId)).toBe(0)
      expect(await store().read((reader) => reader.previews([roomId]))).toEqual(new Map())
    })

    test('a snapshot that is being read does not see it', async () => {
      const roomId = await fiveMessages()
      let purging: Promise<unknown> = Promise.resolve()
      await store().read(async (reader) => {
        const query = { roomId, includeDeleted: true, take: 'oldest', limit: 10 } as const
        const before = await reader.messages(query)
        purging = store().purge(roomId, 5)
        await Promise.race([purging, new Promise((resolve) => setTimeout(resolve, 250))])
        expect(await reader.messages(query)).toEqual(before)
        expect(await reader.memberships(ann, [roomId])).toMatchObject([{ floorSeq: 1 }])
      })
      await purging
      expect(await seqsOf(roomId)).toEqual([5])
    })

    test('is kept', async () => {
      const { reopen } = opened()
      if (!reopen) {
        expect(store().kind, 'only a store without a disk may forget').toBe('memory')
        return
      }
      const roomId = await fiveMessages()
      await store().purge(roomId, 3)
      const again = await reopen()
      const [found] = await again.read((reader) => reader.memberships(ann, [roomId]))
      expect(found).toMatchObject({ floorSeq: 3, room: { lastSeq: 5 } })
      const retry = await commitOne(again, roomId, sendOp('ann', 'text 1', { clientId: 'client-0001' }))
      expect(retry).toMatchObject({ duplicate: true })
    })
  })

  describe('spans', () => {
    test('of all rooms that hold messages, by id, in pages', async () => {
      const ids = Array.from({ length: 4 }, () => asRoomId(nextId()))
      for (const id of ids) await newRoom(store(), { id })
      const [purged, whole, empty, last] = ids
      if (!purged || !whole || !empty || !last) throw new Error('four rooms were made')
      for (const roomId of [purged, purged, whole, empty, last]) await say(store(), roomId, 'ann', 'text')
      await store().purge(purged, 2)
      await store().purge(empty, 2)
      const page = await store().read((reader) => reader.spans({ limit: 2 }))
      expect(page).toEqual([
        { roomId: purged, floorSeq: 2, lastSeq: 2 },
        { roomId: whole, floorSeq: 1, lastSeq: 1 },
      ])
      expect(await store().read((reader) => reader.spans({ after: whole, limit: 2 }))).toEqual([
        { roomId: last, floorSeq: 1, lastSeq: 1 },
      ])
    })
  })
}
