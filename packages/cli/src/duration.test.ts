import { expect, test } from 'vitest'
import { parseNatural, parseSeconds } from './duration'

test.each([
  ['90s', 90],
  ['15m', 900],
  ['12h', 43_200],
  ['30d', 2_592_000],
  ['7', 7],
])('%s is %d seconds', (typed, seconds) => {
  expect(parseSeconds(typed)).toBe(seconds)
})

test.each(['', '-1', '1.5h', '1w', 'h', '1e3'])('%j is not a duration', (typed) => {
  expect(() => parseSeconds(typed)).toThrow('no duration')
})

test.each(['', '-1', '1.5', '0x10', '9007199254740993'])('%j is not a whole number', (typed) => {
  expect(() => parseNatural(typed)).toThrow('whole number')
})

test('a whole number', () => {
  expect(parseNatural('042')).toBe(42)
})
