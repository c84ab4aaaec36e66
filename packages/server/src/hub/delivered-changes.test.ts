import type { Change } from '@roomful/protocol'
import { asRoomId } from '@roomful/protocol'
import { makeMessage } from '@roomful/testing'
import { describe, expect, test } from 'vitest'
import { DeliveredChanges } from './delivered-changes'

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

describe('DeliveredChanges', () => {
  test('each change once, whatever comes twice', () => {
    const delivered = new DeliveredChanges({ rev: 9, lastSeq: 4 })
    expect(revs(delivered.take(batch(message(10, 5), message(11, 6))))).toEqual([10, 11])
    expect(revs(delivered.take(batch(message(10, 5), message(11, 6))))).toEqual([])
    expect(revs(delivered.take(batch(message(11, 6), message(12, 7))))).toEqual([12])
    expect(delivered.head).toEqual({ rev: 12, lastSeq: 7 })
  })

  test('what the subscription began with counts as told', () => {
    const delivered = new DeliveredChanges({ rev: 9, lastSeq: 4 })
    expect(revs(delivered.take(batch(message(8, 3), message(9, 4))))).toEqual([])
  })

  test('a batch that overtakes another: the head stays where something is missing', () => {
    const delivered = new DeliveredChanges({ rev: 9, lastSeq: 4 })
    expect(revs(delivered.take(batch(message(11, 6))))).toEqual([11])
    expect(delivered.head).toEqual({ rev: 9, lastSeq: 4 })
    expect(revs(delivered.take(batch(message(10, 5))))).toEqual([10])
    expect(delivered.head).toEqual({ rev: 11, lastSeq: 6 })
  })

  test('knows which messages are new, in whatever order they come', () => {
    const delivered = new DeliveredChanges({ rev: 9, lastSeq: 4 })
    expect([...delivered.take(batch(message(11, 6), message(12, 3))).created]).toEqual([11])
    // Rev 13 edits message 6, which was told; message 5 was not.
    expect([...delivered.take(batch(message(10, 5), message(13, 6))).created]).toEqual([10])
  })

  test('skipped revs are revs', () => {
    const delivered = new DeliveredChanges({ rev: 9, lastSeq: 4 })
    delivered.take(batch(message(11, 6)))
    const skip: Change = { rev: 10, kind: 'skip', count: 3 }
    expect(revs(delivered.take(batch(skip, message(13, 5))))).toEqual([10, 13])
    expect(delivered.head).toEqual({ rev: 13, lastSeq: 6 })
    expect(revs(delivered.take(batch(skip)))).toEqual([])
  })
})
