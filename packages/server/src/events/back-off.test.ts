import { expect, test } from 'vitest'
import { backOffMs, DAY_MS } from './back-off'

test('waits grow from seconds to a day, spread by a fifth', () => {
  const waits = Array.from({ length: 14 }, (_, index) => backOffMs(index + 1, 0.5))
  expect(waits.slice(0, 4)).toEqual([2_000, 10_000, 30_000, 120_000])
  expect(waits).toEqual([...waits].sort((a, b) => a - b))
  expect(waits.at(-1)).toBe(DAY_MS)
  expect(backOffMs(1, 0)).toBe(1_600)
  expect(backOffMs(1, 0.999)).toBeLessThan(2_400)
  expect(backOffMs(99, 0.999)).toBe(DAY_MS)
})

test('a receiver may ask for more time, up to a day', () => {
  expect(backOffMs(1, 0.5, 60_000)).toBe(60_000)
  expect(backOffMs(1, 0.5, 1_000)).toBe(2_000)
  expect(backOffMs(1, 0.5, 1e12)).toBe(DAY_MS)
})
