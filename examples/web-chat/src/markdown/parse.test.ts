import { expect, test } from 'vitest'
import { parseMarkdown } from './parse'

test.each(['hello', 'it costs 5 - 3', 'see you at 12:30!', 'a (b) c', 'Größe: 3 × 4'])(
  '"%s" has no markup, and is shown as it was typed',
  (text) => {
    expect(parseMarkdown(text)).toBeUndefined()
  },
)

test.each([
  '**b**',
  '`c`',
  '> q',
  '- a',
  '* a',
  '1. a',
  'two\nlines',
  'https://example.com',
  '# h',
  '~~x~~',
  '    code',
])('"%s" is parsed', (text) => {
  expect(parseMarkdown(text)).toBeDefined()
})

/** As long as a message may be. */
const LENGTH = 8_000
const UNITS = [
  ...[
    '>',
    '> ',
    '1. ',
    '- ',
    '>- ',
    '- - ',
    '*a **b ',
    '[a](',
    '[[a]',
    '![',
    '*',
    '_',
    '`',
    '``',
    '<',
    '<a',
    '\\',
  ],
  ...[
    '|',
    '| a ',
    '|-|\n',
    '#',
    '~',
    '(',
    '&',
    '**a',
    '__a__ ',
    '<!--',
    'a@',
    'www.',
    'http://',
    '\n>',
    ' ',
    '\t',
    '"',
  ],
]

test.each(UNITS)('as many %j as fit into a message cost little, and never throw', (unit) => {
  const text = unit.repeat(Math.ceil(LENGTH / unit.length)).slice(0, LENGTH)
  // What grows with the square of the length would be 100 times as slow; linear is 10.
  const took = (length: number): number => {
    const piece = text.slice(0, length)
    const begun = performance.now()
    for (let i = 0; i < 3; i++) parseMarkdown(piece)
    return performance.now() - begun
  }
  took(LENGTH)
  expect(took(LENGTH)).toBeLessThan(60 * took(LENGTH / 10) + 500)
})
