import { describe, expect, test } from 'vitest'
import {
  addChunks,
  addRange,
  at,
  changedChunks,
  checkTimeline,
  chunkAt,
  countRows,
  covers,
  dropRange,
  emptyTimeline,
  keepOnly,
  lastRange,
  mergeRows,
  rangeAround,
  rangesOf,
  rowCount,
  rowsIn,
  seqOf,
} from '../timeline'
import { sampleRow, sampleRows } from './sample-rows'

const held = (from: number, to: number) => addRange(emptyTimeline, { from, to }, sampleRows(from, to))
const seqs = (rows: readonly { seq: number }[]) => rows.map((row) => row.seq)
const tombstone = (seq: number, rev: number) => sampleRow(seq, rev, { deleted: true })

describe('ranges', () => {
  test('that touch or overlap are joined, others stay apart (I7)', () => {
    let t = held(10, 20)
    t = addRange(t, { from: 30, to: 40 }, sampleRows(30, 40))
    expect(rangesOf(t)).toEqual([
      { from: 10, to: 20 },
      { from: 30, to: 40 },
    ])
    t = addRange(t, { from: 21, to: 25 }, sampleRows(21, 25))
    expect(rangesOf(t)[0]).toEqual({ from: 10, to: 25 })
    t = addRange(t, { from: 24, to: 29 }, sampleRows(24, 29))
    expect(rangesOf(t)).toEqual([{ from: 10, to: 40 }])
    checkTimeline(t)
  })

  test('answer where a seq is', () => {
    const t = addRange(held(10, 20), { from: 30, to: 40 }, sampleRows(30, 40))
    expect([9, 10, 20, 21, 35].map((seq) => covers(t, seq))).toEqual([false, true, true, false, true])
    expect(rangeAround(t, 15)).toEqual({ from: 10, to: 20 })
    expect(rangeAround(t, 25)).toBeUndefined()
    expect(lastRange(t)).toEqual({ from: 30, to: 40 })
    expect(lastRange(emptyTimeline)).toBeUndefined()
  })

  test('may be complete without a row: deleted for good', () => {
    const t = addRange(emptyTimeline, { from: 1, to: 3 }, [sampleRow(2, 2)])
    expect(covers(t, 1)).toBe(true)
    expect(at(t, 1)).toBeUndefined()
    expect(seqs(rowsIn(t, { from: 1, to: 3 }))).toEqual([2])
  })

  test.each([
    [0, 3],
    [4, 3],
    [Number.NaN, 3],
  ])('%d..%d is refused', (from, to) => {
    expect(() => addRange(emptyTimeline, { from, to }, [])).toThrow(RangeError)
  })
})

describe('merging', () => {
  test('takes the higher rev and keeps ours at an equal one', () => {
    const t = held(1, 3)
    const edited = mergeRows(t, [sampleRow(2, 9, { content: 'edited' })])
    expect(at(edited, 2)?.content).toBe('edited')
    expect(mergeRows(edited, [sampleRow(2, 9, { content: 'same rev' }), sampleRow(2, 5)])).toBe(edited)
    expect(mergeRows(t, [sampleRow(2, 9), sampleRow(2, 8)])).toEqual(mergeRows(t, [sampleRow(2, 9)]))
  })

  test('creates no row where nothing is loaded', () => {
    const t = held(10, 12)
    expect(mergeRows(t, [sampleRow(9, 50), sampleRow(13, 51)])).toBe(t)
  })

  test('never gives content back to a tombstone, nor to a seq that is absent (I12)', () => {
    const t = mergeRows(held(1, 3), [tombstone(2, 9)])
    expect(mergeRows(t, [sampleRow(2, 12)])).toBe(t)
    expect(at(mergeRows(t, [tombstone(2, 12)]), 2)?.rev).toBe(12)
    const absent = addRange(emptyTimeline, { from: 1, to: 3 }, sampleRows(2, 3))
    expect(mergeRows(absent, [sampleRow(1, 12)])).toBe(absent)
    expect(at(mergeRows(absent, [tombstone(1, 12)]), 1)?.deleted).toBe(true)
  })

  test('a page that leaves a row out deletes it, a tombstone stays', () => {
    const t = mergeRows(held(1, 4), [tombstone(3, 9)])
    const after = addRange(t, { from: 2, to: 3 }, [])
    expect(seqs(rowsIn(after, { from: 1, to: 4 }))).toEqual([1, 3, 4])
    expect(seqOf(after, 'm2')).toBeUndefined()
    checkTimeline(after)
  })

  test('an older page does not undo a newer edit', () => {
    const edited = mergeRows(held(1, 5), [sampleRow(4, 9)])
    expect(addRange(edited, { from: 1, to: 5 }, sampleRows(1, 5))).toBe(edited)
  })

  test('a page keeps to its range', () => {
    const t = addRange(emptyTimeline, { from: 2, to: 3 }, sampleRows(1, 4))
    expect(seqs(rowsIn(t, { from: 1, to: 9 }))).toEqual([2, 3])
  })
})

describe('dropping', () => {
  test('forgets rows and coverage and may leave two pieces', () => {
    const t = dropRange(held(1, 400), { from: 100, to: 300 })
    expect(rangesOf(t)).toEqual([
      { from: 1, to: 99 },
      { from: 301, to: 400 },
    ])
    expect(rowCount(t)).toBe(199)
    expect(at(t, 200)).toBeUndefined()
    expect(seqOf(t, 'm200')).toBeUndefined()
    checkTimeline(t)
    expect(dropRange(t, { from: 100, to: 300 })).toBe(t)
  })

  test('keepOnly keeps a window', () => {
    const t = addRange(held(1, 400), { from: 9_000, to: 9_100 }, sampleRows(9_000, 9_100))
    const kept = keepOnly(t, { from: 200, to: 9_050 })
    expect(rangesOf(kept)).toEqual([
      { from: 200, to: 400 },
      { from: 9_000, to: 9_050 },
    ])
    expect(keepOnly(kept, { from: 200, to: 9_050 })).toBe(kept)
    expect(rowCount(keepOnly(t, { from: 500, to: 600 }))).toBe(0)
    checkTimeline(kept)
  })
})

describe('chunks', () => {
  test('hold what a record on disk holds', () => {
    const t = held(100, 300)
    expect(seqs(chunkAt(t, 0))).toEqual(seqs(sampleRows(100, 127)))
    expect(seqs(chunkAt(t, 2))).toEqual(seqs(sampleRows(256, 300)))
    expect(chunkAt(t, 7)).toEqual([])
  })

  test('that changed are named, the emptied ones too', () => {
    const t = held(1, 9_000)
    expect(changedChunks(emptyTimeline, t)).toHaveLength(71)
    expect(changedChunks(t, mergeRows(t, [sampleRow(5_000, 9_999)]))).toEqual([39])
    expect(changedChunks(t, mergeRows(t, [sampleRow(5_000, 1)]))).toEqual([])
    const dropped = dropRange(t, { from: 1, to: 256 })
    expect(changedChunks(t, dropped)).toEqual([0, 1, 2])
    expect(chunkAt(dropped, 1)).toEqual([])
    expect(changedChunks(t, addRange(t, { from: 9_001, to: 9_001 }, [sampleRow(9_001, 9_001)]))).toEqual([70])
  })

  test('read from disk are held if the stored ranges contain them, and only those that were read', () => {
    const t = held(100, 600)
    const chunks = [0, 1, 4].map((index) => ({ index, messages: chunkAt(t, index) }))
    const loaded = addChunks(emptyTimeline, rangesOf(t), chunks)
    expect(rangesOf(loaded)).toEqual([
      { from: 100, to: 255 },
      { from: 512, to: 600 },
    ])
    expect(rowsIn(loaded, { from: 1, to: 999 })).toEqual([...sampleRows(100, 255), ...sampleRows(512, 600)])
    checkTimeline(loaded)
  })

  test('are addressed past 2^31 without folding', () => {
    const far = 2 ** 31 + 5
    const t = addRange(held(1, 10), { from: far, to: far }, [sampleRow(far, 99)])
    expect(at(t, 5)?.seq).toBe(5)
    expect(at(t, far)?.seq).toBe(far)
    checkTimeline(t)
  })
})

test('rows are counted from the newest down, and no further than asked', () => {
  const t = dropRange(held(1, 700), { from: 300, to: 400 })
  const looked: number[] = []
  const isEven = (row: { seq: number }) => {
    looked.push(row.seq)
    return row.seq % 2 === 0
  }
  expect(countRows(t, { from: 250, to: 450 }, 999, isEven)).toBe(50)
  looked.length = 0
  expect(countRows(t, { from: 1, to: 700 }, 3, isEven)).toBe(3)
  expect(looked).toEqual([700, 699, 698, 697, 696])
  expect(countRows(t, { from: 300, to: 400 }, 3, isEven)).toBe(0)
})

test('the places of rows long dropped are forgotten', () => {
  let t = emptyTimeline
  for (let from = 1; from < 50_000; from += 100) {
    t = addRange(t, { from, to: from + 99 }, sampleRows(from, from + 99))
    t = keepOnly(t, { from: from - 100, to: from + 99 })
  }
  expect(rowCount(t)).toBe(200)
  expect(t.places?.size).toBeLessThan(2_000)
  checkTimeline(t)
})
