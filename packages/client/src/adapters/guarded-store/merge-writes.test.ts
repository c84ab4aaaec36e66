import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sampleRow } from '../../core/timeline/sample-rows'
import type { LocalWrite, StoredRoom } from '../../ports/local-store'
import { applyWrite, emptySpace } from '../stored-space'
import { mergeWrites, withoutMessages } from './merge-writes'
import { trimOldest } from './trimming'

const roomOf = (roomId: string, cursor: number, usedAt = cursor): StoredRoom => ({
  roomId,
  cursor,
  lastSeq: cursor,
  ranges: [{ from: 1, to: cursor }],
  lastReadSeq: 0,
  floorSeq: 1,
  item: null,
  draft: `draft of ${roomId}`,
  usedAt,
})

const name = fc.constantFrom('r1', 'r2', '__proto__')
const id = fc.constantFrom('c1', 'c2', 'c3')
const some = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 3 })
const number = fc.integer({ min: 1, max: 99 })
const write: fc.Arbitrary<LocalWrite> = fc.record(
  {
    rooms: some(fc.tuple(name, number).map(([roomId, cursor]) => roomOf(roomId, cursor))),
    chunks: some(
      fc.record({
        roomId: name,
        index: fc.integer({ min: 0, max: 2 }),
        messages: some(number).map((revs) => revs.map((rev) => sampleRow(1, rev))),
      }),
    ),
    putEntries: some(
      fc.tuple(id, number).map(([clientId, order]) => ({ clientId, roomId: 'r1', order, data: 1 })),
    ),
    deleteEntries: some(id),
    clearRooms: some(name),
  },
  { requiredKeys: [] },
)

test('one merged write has the effect of all of them, in order', () => {
  fc.assert(
    fc.property(fc.array(write, { minLength: 1, maxLength: 6 }), (writes) => {
      const apart = emptySpace()
      for (const write of writes) applyWrite(apart, write)
      const together = emptySpace()
      applyWrite(together, writes.reduce(mergeWrites))
      // An empty map of chunks and none are the same.
      for (const space of [apart, together])
        for (const [roomId, chunks] of space.chunks) if (chunks.size === 0) space.chunks.delete(roomId)
      expect(together).toEqual(apart)
    }),
    { numRuns: 500 },
  )
})

test('without messages the rooms are as if never loaded, on the disk too, and the rest is kept', () => {
  const space = emptySpace()
  applyWrite(space, {
    rooms: [roomOf('r1', 5)],
    chunks: [{ roomId: 'r1', index: 0, messages: [sampleRow(1, 1)] }],
  })
  const known = new Map([['r2', roomOf('r2', 7)]])
  const entry = { clientId: 'c1', roomId: 'r1', order: 1, data: 'hi' }
  const write: LocalWrite = {
    rooms: [roomOf('r1', 6)],
    chunks: [
      { roomId: 'r1', index: 1, messages: [sampleRow(129, 6)] },
      { roomId: 'r2', index: 0, messages: [sampleRow(1, 7)] },
    ],
    putEntries: [entry],
  }
  applyWrite(space, withoutMessages(write, known))
  expect([...space.rooms.values()]).toEqual([
    { ...roomOf('r1', 6), cursor: 0, ranges: [] },
    { ...roomOf('r2', 7), cursor: 0, ranges: [] },
  ])
  expect(space.chunks.get('r1')?.size ?? 0).toBe(0)
  expect([...space.entries.values()]).toEqual([entry])
})

test('trimming takes the quarter of the rooms viewed longest ago, keeps drafts, and never the outbox', () => {
  const rooms = [9, 3, 7, 1, 5].map((usedAt) => roomOf(`room-${usedAt}`, 4, usedAt))
  const trim = trimOldest(rooms, new Set(['room-1']))
  expect(trim).toEqual({
    clearRooms: ['room-3'],
    rooms: [{ ...roomOf('room-3', 4, 3), cursor: 0, ranges: [] }],
  })
  expect(trimOldest(trim?.rooms ?? [], new Set())).toBeNull()
})
