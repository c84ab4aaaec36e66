import { expect, test } from 'vitest'
import { readersOf, readSeqsOf } from './readers'

test('counts who has read a message, without oneself', () => {
  const reads = new Map([
    ['ada', 9],
    ['ben', 3],
    ['cleo', 7],
    ['dan', 3],
  ])
  const seqs = readSeqsOf(reads, 'ada')
  expect([1, 3, 4, 7, 8].map((seq) => readersOf(seq, seqs))).toEqual([3, 3, 1, 1, 0])
})

test('nobody has read what is not sent', () => {
  expect(readersOf(0, [5])).toBe(0)
  expect(readersOf(1, [])).toBe(0)
})
