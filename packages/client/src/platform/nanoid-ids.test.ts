import { expect, test } from 'vitest'
import { nanoidIds, sortableId } from './nanoid-ids'

test('a clientId is one that a server takes', () => {
  expect(nanoidIds.clientId()).toMatch(/^[A-Za-z0-9_-]{8,64}$/)
})

test('clientIds sort by creation time, whatever the random part', () => {
  const times = [
    1_764_000_000_000, 1_764_000_000_001, 1_764_000_000_036, 1_900_000_000_000, 2_700_000_000_000,
  ]
  const ids = times.map(sortableId)
  expect(new Set(ids.map(({ length }) => length)).size).toBe(1)
  expect([...ids].reverse().sort()).toEqual(ids)
})

test('10,000 of one moment are all different', () => {
  expect(new Set(Array.from({ length: 10_000 }, () => sortableId(0))).size).toBe(10_000)
})
