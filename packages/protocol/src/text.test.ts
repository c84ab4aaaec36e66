import { describe, expect, it, test } from 'vitest'
import { LIMITS } from './limits'
import {
  byteLength,
  cleanName,
  codePointLength,
  contentProblem,
  isBlank,
  isName,
  isStorableText,
} from './text'

describe('contentProblem', () => {
  it.each([
    ['a family emoji', '👨‍👩‍👧‍👦'],
    ['combining marks', 'e\u0301\u0302\u0303'],
    ['a right-to-left override', '\u202eabc'],
    ['markup', '<img src=x onerror=alert(1)>'],
    ['newline and tab', 'a\n\tb'],
    ['U+FEFF beside text', '\ufeffa'],
    ['a lone ZWJ between letters', 'a\u200db'],
    ['the line ends of Windows', 'a\r\nb\r\n'],
    ['a carriage return alone', '10 %\r20 %'],
    ['form feed and vertical tab', 'a\fb\vc'],
    ['the colours of a bot', '\u001b[31mred\u001b[0m'],
    ['DEL and a C1 control', 'a\u007f\u0085b'],
  ])('keeps %s', (_name, text) => {
    expect(contentProblem(text)).toBeUndefined()
  })

  it.each([
    ['nothing', ''],
    ['spaces', ' \t\n'],
    ['U+FEFF alone', '\ufeff'],
    ['zero-width characters', '\u200b\u200c\u200d\u2060'],
    ['the braille blank', '\u2800'],
    ['the Hangul filler', '\u3164'],
    ['NUL', 'a\u0000b'],
    ['a lone high surrogate', 'a\ud800'],
    ['a lone low surrogate', '\udc00a'],
  ])('refuses %s', (_name, text) => {
    expect(contentProblem(text)).toBe('INVALID_CONTENT')
  })

  it('counts code points, not code units', () => {
    expect(contentProblem('a'.repeat(LIMITS.contentCodePoints))).toBeUndefined()
    expect(contentProblem('a'.repeat(LIMITS.contentCodePoints + 1))).toBe('CONTENT_TOO_LONG')
    expect(contentProblem('😀'.repeat(LIMITS.contentCodePoints))).toBeUndefined()
    expect(contentProblem('😀'.repeat(LIMITS.contentCodePoints + 1))).toBe('CONTENT_TOO_LONG')
  })
})

describe('names', () => {
  it.each(['Support', 'Ünï çødé', '家族', 'مرحبا', 'two words', 'Ann 👨‍👩‍👧', 'a\u200db'])(
    'accepts %j',
    (name) => {
      expect(isName(name)).toBe(true)
      expect(cleanName(name, 64)).toBe(name)
    },
  )

  it.each([
    ['two\nlines', 'two lines'],
    ['a\r\nb', 'a b'],
    ['para\u2029graph', 'para graph'],
    ['next\u0085line', 'next line'],
    ['bell\u0007', 'bell'],
    ['\u001b[31mred', '[31mred'],
    ['c1\u009b31m', 'c131m'],
    ['\u202egnp.exe', 'gnp.exe'],
    ['\u2066isolated\u2069', 'isolated'],
    ['nul\u0000', 'nul'],
    ['half \ud800', 'half \ufffd'],
  ])('refuses %j, and turns it into %j', (name, clean) => {
    expect(isName(name)).toBe(false)
    expect(cleanName(name, 64)).toBe(clean)
    expect(isName(clean)).toBe(true)
  })

  it.each(['', ' ', '\u200b\u200d', '\n', '\u202e'])('leaves nothing of %j', (name) => {
    expect(isName(name)).toBe(false)
    expect(cleanName(name, 64)).toBe('')
  })

  it('are cut without splitting a pair', () => {
    expect(cleanName('abc😀', 4)).toBe('abc')
    expect(cleanName('x'.repeat(300), 64)).toHaveLength(64)
  })
})

describe('the parts', () => {
  it('distinguish storable and blank', () => {
    expect(isStorableText('')).toBe(true)
    expect(isBlank('')).toBe(true)
    expect(isBlank(' .')).toBe(false)
    expect(codePointLength('a😀')).toBe(2)
  })
})

test('bytes are counted as UTF-8 encodes them, a lone surrogate as its replacement', () => {
  for (const text of ['', 'a', 'é', '߿', 'ࠀ', '漢', '\uffff', '😀', '\ud83d', 'x\udc00y', 'über 👋'])
    expect(byteLength(text)).toBe(new TextEncoder().encode(text).byteLength)
})
