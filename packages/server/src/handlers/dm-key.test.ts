import { asUserId } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { dmKeyOf } from './dm-key'

const ids = (...names: string[]) => names.map(asUserId)

test('the same people have one key, in any order, and others another', () => {
  expect(dmKeyOf(ids('bob', 'ann'))).toBe('ann bob')
  expect(dmKeyOf(ids('ann', 'bob'))).toBe('ann bob')
})

test('eight people with the longest ids have a key that an index can hold', () => {
  const people = Array.from({ length: 8 }, (_, index) => asUserId(`${index}${'漢'.repeat(254)}`))
  const key = dmKeyOf(people)
  expect(key).toMatch(/^sha256:[0-9a-f]{64}$/)
  expect(dmKeyOf([...people].reverse())).toBe(key)
  expect(dmKeyOf(people.slice(1))).not.toBe(key)
})
