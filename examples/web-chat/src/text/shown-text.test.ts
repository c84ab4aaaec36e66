import { expect, test } from 'vitest'
import { lineOf, shownText } from './shown-text'

test('a message is shown by its text, and a picture or file without a caption by its name', () => {
  expect(shownText({ type: 'image', content: 'a cat', metadata: { name: 'cat.png' } })).toBe('a cat')
  expect(shownText({ type: 'image', content: '', metadata: { name: 'cat.png' } })).toBe('Picture: cat.png')
  expect(shownText({ type: 'file', content: '' })).toBe('File')
  expect(shownText({ type: 'text', content: '' })).toBe('')
})

test('of one that begins to grow a line says that more comes', () => {
  expect(lineOf({ type: 'text', content: '' })).toBe('…')
})

test.each([
  ['**Release 2.4** goes out', 'Release 2.4 goes out'],
  ['open `/chaos` and press *Settle*, then _wait_', 'open /chaos and press Settle, then wait'],
  ['# Title\n> quoted', 'Title\nquoted'],
  ['see [the page](https://example.com/a_b) now', 'see the page now'],
  ['```sql\nBEGIN;\n```', 'BEGIN;'],
  ['2 * 3 * 4, snake_case_name, 5 > 4, **', '2 * 3 * 4, snake_case_name, 5 > 4, **'],
  ['**', '**'],
])('on one line %j is %j', (content, shown) => {
  expect(lineOf({ type: 'text', content })).toBe(shown)
})

test('the message itself keeps its marks, however long it is', () => {
  const content = `**bold** ${'x'.repeat(1_000)}`
  expect(shownText({ type: 'text', content })).toBe(content)
})
