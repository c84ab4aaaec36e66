import { describe, expect, test } from 'vitest'
import { PartedTexts, toParts } from './text-parts'

describe('texts in parts', () => {
  test.each([
    ['empty', ''],
    ['short', 'x'],
    ['long', 'x'.repeat(20_000)],
    ['wide', '👩‍🚀é'.repeat(5_000)],
    ['slashes', 'a/b\n'.repeat(4_000)],
  ])('a text that is %s comes back, and each part fits a notification', (_, text) => {
    const parts = toParts('node-1', 7, text)
    for (const part of parts) expect(Buffer.byteLength(part)).toBeLessThan(8_000)
    const texts = new PartedTexts()
    expect(parts.map((part) => texts.take(part))).toEqual([...parts.slice(1).map(() => undefined), text])
  })

  test('parts of several nodes may interleave', () => {
    const [a, b] = ['a', 'b'].map((text, node) => toParts(`node-${node}`, 1, text.repeat(16_000)))
    const texts = new PartedTexts()
    const whole = (a ?? []).flatMap((part, index) => [texts.take(part), texts.take(b?.[index] ?? '')])
    expect(whole.filter((text) => text !== undefined)).toEqual(['a'.repeat(16_000), 'b'.repeat(16_000)])
  })

  test('a text that lacks a part is never delivered, and the next one is', () => {
    const texts = new PartedTexts()
    const [first, , third] = toParts('node-1', 1, 'x'.repeat(20_000))
    expect([first, third].map((part) => texts.take(part ?? ''))).toEqual([undefined, undefined])
    expect(texts.take('no part at all')).toBeUndefined()
    expect(texts.take(toParts('node-1', 2, 'next')[0] ?? '')).toBe('next')
  })
})
