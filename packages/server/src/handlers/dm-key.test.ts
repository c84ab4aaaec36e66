import { asUserId } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { dmKeyOf } from './dm-key'

const ids = (...names: string[]) => names.map(asUserId)

test('the same people have one key, in any order, and others another', async () => {
  expect(await dmKeyOf(ids('bob', 'ann'))).toBe('ann bob')
  expect(await dmKeyOf(ids('ann', 'bob'))).toBe('ann bob')
})

test('a long key is the one that databases hold already', async () => {
  const key = await dmKeyOf(['a'.repeat(600), 'b'.repeat(600)].map(asUserId))
  expect(key).toBe('sha256:7b3c896af45dd7a2d43715596b45acfc529839349bdbafef847e35ee104f6977')
})

test('eight people with the longest ids have a key that an index can hold', async () => {
  const people = Array.from({ length: 8 }, (_, index) => asUserId(`${index}${'漢'.repeat(254)}`))
  const key = await dmKeyOf(people)
  expect(key).toMatch(/^sha256:[0-9a-f]{64}$/)
  expect(await dmKeyOf([...people].reverse())).toBe(key)
  expect(await dmKeyOf(people.slice(1))).not.toBe(key)
})
