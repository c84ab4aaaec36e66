import { describe, expect, test } from 'vitest'
import { isUserId } from './user-id'

describe('the id of a user', () => {
  test.each([
    'auth0|507f1f77bcf86cd799439020',
    "ann.o'neil+chat@example.com",
    'urn:example:user:7#a?b=c&d',
    'tenant/ann',
    'DOMAIN\\ann',
    'https://id.example.com/users/7',
    'grüße',
    '愛子',
    'a%2Fb',
    '{"sub":7}',
    'x'.repeat(255),
  ])('accepts %s', (id) => {
    expect(isUserId(id)).toBe(true)
  })

  test.each([
    ['nothing', ''],
    ['256 characters', 'x'.repeat(256)],
    ['a space', 'a b'],
    ['a line end', 'ann\n'],
    ['NUL', 'a\0b'],
    ['ESC', 'a\u001bb'],
    ['C1', 'a\u0085b'],
    ['an override of direction', 'a\u202eb'],
    ['a zero-width space', 'a\u200bb'],
    ['a blank that is a letter', '\u3164'],
    ['a no-break space', 'a\u00a0b'],
    ['half a pair', 'a\ud83d'],
    ['an emoji', 'ann😀'],
    ['a number', 7],
    ['null', null],
  ])('refuses %s', (_, id) => {
    expect(isUserId(id)).toBe(false)
  })
})
