import { describe, expect, it } from 'vitest'
import { LIMITS } from './limits'
import { codePointLength, contentProblem, isBlank, isStorableText } from './text'

describe('contentProblem', () => {
  it.each([
    ['a family emoji', '👨‍👩‍👧‍👦'],
    ['combining marks', 'e\u0301\u0302\u0303'],
    ['a right-to-left override', '\u202eabc'],
    ['markup', '<img src=x onerror=alert(1)>'],
    ['newline and tab', 'a\n\tb'],
    ['U+FEFF beside text', '\ufeffa'],
    ['a lone ZWJ between letters', 'a\u200db'],
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
    ['carriage return', 'a\rb'],
    ['escape', '\u001b[31m'],
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

describe('the parts', () => {
  it('tell storable and blank apart', () => {
    expect(isStorableText('')).toBe(true)
    expect(isBlank('')).toBe(true)
    expect(isBlank(' .')).toBe(false)
    expect(codePointLength('a😀')).toBe(2)
  })
})
