import { expect, test } from 'vitest'
import { withoutOpenWord } from './open-word'

test.each([
  ['', ''],
  ['hell', ''],
  ['oh hell', 'oh '],
  ['oh hell ', 'oh hell '],
  ['oh hell,\n', 'oh hell,\n'],
  ['one\ntwo', 'one\n'],
  ['caf\u00e9', ''],
  ['oh cafe\u0301', 'oh '],
  ['x_1', ''],
  ['ну дурак', 'ну '],
  // A letter of two code units.
  ['so 𝒽', 'so '],
  ['so 👍', 'so 👍'],
])('of %j stays %j', (text, rest) => {
  expect(withoutOpenWord(text)).toBe(rest)
})

test('a word too long to be one of a filter stays, and the text never becomes shorter', () => {
  expect(withoutOpenWord(`a ${'𝒽'.repeat(100)}`)).toBe('a ')
  expect(withoutOpenWord(`a ${'𝒽'.repeat(101)}`)).toBe(`a ${'𝒽'.repeat(101)}`)
  const text = `${'x'.repeat(150)} oh ${'好'.repeat(150)}。${'y'.repeat(99)}`
  let before = ''
  for (let length = 0; length <= text.length; length += 1) {
    const rest = withoutOpenWord(text.slice(0, length))
    expect(rest.startsWith(before)).toBe(true)
    before = rest
  }
})
