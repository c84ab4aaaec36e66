import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findIn, inserted, removed, type SortedChunks } from './sorted-chunks'

type Item = { readonly key: number; readonly value: number }
const byKey = (a: { key: number }, b: { key: number }): number => a.key - b.key

const step = fc.record({
  keys: fc.array(fc.nat({ max: 700 }), { minLength: 1, maxLength: 200 }),
  value: fc.nat({ max: 3 }),
  isOut: fc.boolean(),
})

test('what is put in and taken out is found, in order, as in a sorted array', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let chunks: SortedChunks<Item> = []
      const model = new Map<number, Item>()
      for (const { keys, value, isOut } of steps)
        for (const key of keys) {
          const item = { key, value }
          if (isOut) model.delete(key)
          else model.set(key, item)
          chunks = isOut ? removed(chunks, item, byKey) : inserted(chunks, item, byKey)
          expect(findIn(chunks, { key }, byKey)).toBe(model.get(key))
        }
      expect(chunks.flat()).toEqual([...model.values()].sort(byKey))
      expect(chunks.every((chunk) => chunk.length > 0 && chunk.length <= 128)).toBe(true)
      // Taken out one by one, chunks must not become crumbs.
      expect(chunks.length).toBeLessThanOrEqual(1 + (2 * model.size) / 64)
    }),
    { numRuns: 60 },
  )
})

test.each(['first', 'last'])('taken out with the %s of each chunk left, no crumbs stay', (left) => {
  const items = Array.from({ length: 5_000 }, (_, key) => ({ key, value: 0 }))
  let chunks: SortedChunks<Item> = []
  for (const item of items) chunks = inserted(chunks, item, byKey)
  const kept = new Set(chunks.map((chunk) => (left === 'first' ? chunk[0] : chunk.at(-1))))
  for (const item of items) if (!kept.has(item)) chunks = removed(chunks, item, byKey)
  expect(chunks.flat()).toEqual([...kept])
  expect(chunks.length).toBeLessThanOrEqual(1 + (2 * kept.size) / 64)
})

test('what changes nothing is the same list', () => {
  const item = { key: 1, value: 1 }
  const chunks = inserted([], item, byKey)
  expect(inserted(chunks, item, byKey)).toBe(chunks)
  expect(removed(chunks, { key: 2, value: 1 }, byKey)).toBe(chunks)
  expect(removed(chunks, item, byKey)).toEqual([])
})
