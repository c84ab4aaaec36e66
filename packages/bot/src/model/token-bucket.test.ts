import { expect, test } from 'vitest'
import { fullBucket, take } from './token-bucket'

const rate = { perSecond: 2, burst: 3 }

test('a burst at once, then one after the other, and full again after a rest', () => {
  let bucket = fullBucket(rate, 0)
  const waits = (count: number, now: number) =>
    Array.from({ length: count }, () => {
      const taken = take(bucket, rate, now)
      bucket = taken.bucket
      return taken.waitMs
    })
  expect(waits(5, 0)).toEqual([0, 0, 0, 500, 1_000])
  expect(waits(1, 1_000)).toEqual([500])
  expect(waits(4, 60_000)).toEqual([0, 0, 0, 500])
})

test('a clock that is set back gives no tokens, and takes none', () => {
  const { bucket } = take(fullBucket(rate, 10_000), rate, 0)
  expect(bucket).toEqual({ tokens: 2, at: 0 })
})
