import { expect, test } from 'vitest'
import { placesKept } from './places-kept'

test('rows that came at the end stay mounted beside the row with the focus, each once', () => {
  expect(placesKept(-1, -1, 50)).toEqual([])
  expect(placesKept(7, -1, 50)).toEqual([7])
  expect(placesKept(-1, 47, 50)).toEqual([47, 48, 49])
  expect(placesKept(7, 47, 50)).toEqual([7, 47, 48, 49])
  expect(placesKept(48, 47, 50)).toEqual([47, 48, 49])
})

test('P11: of a burst of more than 100 rows none is kept, so that the page does not hold all of them', () => {
  expect(placesKept(-1, 900, 1_000)).toHaveLength(100)
  expect(placesKept(-1, 899, 1_000)).toEqual([])
  expect(placesKept(7, 0, 100_000)).toEqual([7])
})
