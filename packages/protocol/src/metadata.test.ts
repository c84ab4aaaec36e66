import { describe, expect, it } from 'vitest'
import { LIMITS } from './limits'
import { isMetadata } from './metadata'
import { byteLength } from './text'

/** An object `depth` levels deep, built without recursion. */
function nested(depth: number): unknown {
  let value: unknown = {}
  for (let level = 1; level < depth; level++) value = { a: value }
  return value
}

describe('isMetadata', () => {
  it.each([
    ['an empty object', {}],
    ['all kinds of JSON', { a: 1, b: 'x', c: null, d: [true, { e: 1.5 }] }],
    ['the deepest allowed', nested(LIMITS.metadataDepth)],
  ])('takes %s', (_name, value) => {
    expect(isMetadata(value)).toBe(true)
  })

  it.each([
    ['null', null],
    ['an array', []],
    ['a string', 'x'],
    ['a level too many', nested(LIMITS.metadataDepth + 1)],
    ['5,000 levels, without overflowing the stack', nested(5_000)],
    ['a key that reaches the prototype', JSON.parse('{"__proto__":{"admin":true}}')],
    ['the same, further in', JSON.parse('{"a":[{"constructor":1}]}')],
    ['Infinity, as JSON.parse makes it of 1e400', JSON.parse('{"a":1e400}')],
    ['NUL in a value', { a: '\u0000' }],
    ['a lone surrogate in a key', { '\ud800': 1 }],
    ['undefined inside', { a: undefined }],
    ['a Date', { a: new Date(0) }],
    [
      'too many keys',
      Object.fromEntries(Array.from({ length: LIMITS.metadataKeys + 1 }, (_, i) => [`k${i}`, 1])),
    ],
    ['too many bytes', { a: 'é'.repeat(LIMITS.metadataBytes / 2) }],
    ['a long array', { a: Array.from({ length: LIMITS.metadataBytes + 1 }, () => 1) }],
  ])('refuses %s', (_name, value) => {
    expect(isMetadata(value)).toBe(false)
  })

  it('leaves Object.prototype alone', () => {
    isMetadata(JSON.parse('{"__proto__":{"polluted":true}}'))
    expect('polluted' in {}).toBe(false)
  })

  it('counts bytes as UTF-8', () => {
    expect(byteLength('aé😀')).toBe(7)
  })
})
