import { expect, test } from 'vitest'
import { shownText } from './shown-text'

test('a message is shown by its text, and a picture or file without a caption by its name', () => {
  expect(shownText({ type: 'image', content: 'a cat', metadata: { name: 'cat.png' } })).toBe('a cat')
  expect(shownText({ type: 'image', content: '', metadata: { name: 'cat.png' } })).toBe('Picture: cat.png')
  expect(shownText({ type: 'file', content: '' })).toBe('File')
  expect(shownText({ type: 'text', content: '' })).toBe('')
})
