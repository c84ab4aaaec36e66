import { expect, test } from 'vitest'
import { membersText } from './members-text'

test('a count of members in words', () => {
  expect([0, 1, 251, 12_345].map(membersText)).toEqual([
    '0 members',
    '1 member',
    '251 members',
    '12,345 members',
  ])
})
