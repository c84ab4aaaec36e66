import { asRoomId, asUserId } from '@roomful/protocol'
import { expect, test } from 'vitest'
import type { Reader } from '../stores/port'
import { fetchHistory } from './history'
import { messageSize } from './reply-size'
import { rowsToRead } from './row-steps'

test('steps are as long as what fits, at most 100 rows or 50 KB, and at most double what is read', () => {
  expect(rowsToRead(0, 0, 500_000)).toBe(8)
  expect(rowsToRead(20, 9_000, 500_000)).toBe(20)
  expect(rowsToRead(400, 180_000, 500_000)).toBe(100)
  expect(rowsToRead(8, 67_200, 250_000)).toBe(6)
  expect(rowsToRead(27, 226_800, 250_000)).toBe(3)
  expect(rowsToRead(30, 260_000, 250_000)).toBe(1)
})

test('the size of a row is that of its text on the wire, in any script', () => {
  const sizes = ['x', 'ж', '話', '😀'].map((text) => messageSize({ content: text.repeat(1_000) }))
  const [latin = 0] = sizes
  expect(sizes.map((size) => size - latin)).toEqual([0, 1_000, 2_000, 3_000])
})

test('P12: for a page of the longest messages not many more rows are read than it has', async () => {
  let read = 0
  const at = new Date(0).toISOString()
  const ann = asUserId('ann')
  const room = { id: asRoomId('fat'), name: 'fat', type: 'public', lastSeq: 400, rev: 400, createdAt: at }
  const member = { roomId: room.id, userId: ann, role: 'member', fromSeq: 1, lastReadSeq: 0, rev: 0 }
  const rows = (fromSeq: number, toSeq: number): object[] =>
    Array.from({ length: Math.max(0, toSeq - fromSeq + 1) }, (_, i) => ({
      ...{ id: `m${fromSeq + i}`, seq: fromSeq + i, rev: fromSeq + i, roomId: room.id },
      ...{
        senderId: ann,
        senderName: 'Ann',
        type: 'text',
        content: 'x'.repeat(8_000),
        createdAt: at,
        reactions: [],
      },
    }))
  const reader = {
    memberships: async () => [{ room, member, floorSeq: 1 }],
    messages: async ({ fromSeq, toSeq, limit }: { fromSeq: number; toSeq: number; limit: number }) => {
      read += limit
      return rows(Math.max(fromSeq, toSeq - limit + 1), toSeq)
    },
  } as unknown as Reader
  const page = await fetchHistory(reader, ann, { roomId: room.id, limit: 200 })
  const count = 'messages' in page ? page.messages.length : 0
  expect(count).toBeGreaterThan(50)
  expect(read).toBeLessThanOrEqual(count + 20)
})
