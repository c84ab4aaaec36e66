import { expect, test } from 'vitest'
import { backoffMs } from './backoff'

test('grows from half a second to thirty, and is anywhere in between', () => {
  expect([0, 1, 2, 3, 20].map((tries) => backoffMs(tries, 0))).toEqual([500, 1_000, 2_000, 4_000, 30_000])
  expect(backoffMs(3, 0.75)).toBe(1_000)
  expect(backoffMs(3, 0.999_999)).toBe(1)
})
