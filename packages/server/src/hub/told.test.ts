import type { Change } from '@roomful/protocol'
import { asRoomId } from '@roomful/protocol'
import { makeMessage } from '@roomful/testing'
import { describe, expect, test } from 'vitest'
import { Told } from './told'

const roomId = asRoomId('general')

const message = (rev: number, seq: number): Change => ({
  rev,
  kind: 'message',
  message: makeMessage({ roomId, rev, seq }),
})

const batch = (...changes: Change[]) => ({
  roomId,
  previous: { rev: 0, lastSeq: 0 },
  head: { rev: 99, lastSeq: 99 },
  changes,
})
const revs = ({ changes }: { changes: readonly Change[] }): number[] => changes.map(({ rev }) => rev)

describe('Told', () => {
  test('each change once, whatever comes twice', () => {
    const told = new Told({ rev: 9, lastSeq: 4 })
    expect(revs(told.take(batch(message(10, 5), message(11, 6))))).toEqual([10, 11])
    expect(revs(told.take(batch(message(10, 5), message(11, 6))))).toEqual([])
    expect(revs(told.take(batch(message(11, 6), message(12, 7))))).toEqual([12])
    expect(told.head).toEqual({ rev: 12, lastSeq: 7 })
  })

  test('what the subscription began with counts as told', () => {
    const told = new Told({ rev: 9, lastSeq: 4 })
    expect(revs(told.take(batch(message(8, 3), message(9, 4))))).toEqual([])
  })

  test('a batch that overtakes another: the head stays where something is missing', () => {
    const told = new Told({ rev: 9, lastSeq: 4 })
    expect(revs(told.take(batch(message(11, 6))))).toEqual([11])
    expect(told.head).toEqual({ rev: 9, lastSeq: 4 })
    expect(revs(told.take(batch(message(10, 5))))).toEqual([10])
    expect(told.head).toEqual({ rev: 11, lastSeq: 6 })
  })

  test('knows which messages are new, in whatever order they come', () => {
    const told = new Told({ rev: 9, lastSeq: 4 })
    expect([...told.take(batch(message(11, 6), message(12, 3))).created]).toEqual([11])
    // Rev 13 edits message 6, which was told; message 5 was not.
    expect([...told.take(batch(message(10, 5), message(13, 6))).created]).toEqual([10])
  })

  test('skipped revs are revs', () => {
    const told = new Told({ rev: 9, lastSeq: 4 })
    told.take(batch(message(11, 6)))
    const skip: Change = { rev: 10, kind: 'skip', count: 3 }
    expect(revs(told.take(batch(skip, message(13, 5))))).toEqual([10, 13])
    expect(told.head).toEqual({ rev: 13, lastSeq: 6 })
    expect(revs(told.take(batch(skip)))).toEqual([])
  })
})
