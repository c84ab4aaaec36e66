import { expect, test } from 'vitest'
import { KindLimits, kindProblems, MEGABYTE } from './kind-limits'

test('every kind is accepted up to 10 MB by default', () => {
  const limits = new KindLimits()
  expect(limits.kinds).toHaveLength(17)
  expect(limits.of('image/png')).toBe(10 * MEGABYTE)
  expect(limits.most).toBe(10 * MEGABYTE)
})

test('a list is all that is accepted, each kind up to its own size', () => {
  const limits = new KindLimits({ mp4: 100, png: 0.5 })
  expect(limits.kinds).toEqual(['image/png', 'video/mp4'])
  expect([limits.of('image/png'), limits.of('video/mp4'), limits.of('application/pdf')]).toEqual([
    MEGABYTE / 2,
    100 * MEGABYTE,
    undefined,
  ])
  expect(limits.most).toBe(100 * MEGABYTE)
})

test('a list that cannot be meant is reported line by line', () => {
  expect(kindProblems({ png: 5, text: 1 })).toEqual([])
  const problems = kindProblems({ png: 0, mp4: 5_001, svg: 1 } as object)
  expect(problems).toEqual([
    'the size of png must be above 0, and at most 5000 megabytes (--file-kinds)',
    'the size of mp4 must be above 0, and at most 5000 megabytes (--file-kinds)',
    expect.stringContaining('svg is no kind of file: those are png, jpeg,'),
  ])
  expect(kindProblems({})).toHaveLength(1)
})
