import { emojiKey } from '@roomful/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emojis, VS16 } from '../emojis'

describe('the key of an emoji', () => {
  test("is the same for every keyboard's spelling: with U+FE0F, without, or with some of them", () => {
    expect(emojis.length).toBeGreaterThan(2_000)
    const spelling = fc.constantFrom(...emojis).chain((emoji) => {
      const chars = [...emoji]
      return fc
        .array(fc.constantFrom('drop', 'keep', 'add'), { minLength: chars.length, maxLength: chars.length })
        .map((how) => ({
          emoji,
          spelled: chars
            .flatMap((char, i) =>
              char === VS16 && how[i] === 'drop' ? [] : how[i] === 'add' ? [char, VS16] : [char],
            )
            .join(''),
        }))
    })
    fc.assert(fc.property(spelling, ({ emoji, spelled }) => emojiKey(spelled) === emojiKey(emoji)))
  })

  test('distinguishes every fully qualified emoji from every other', () => {
    expect(new Set(emojis.map(emojiKey)).size).toBe(emojis.length)
  })

  test.each([
    ['hearts', '❤️', '❤'],
    ['thumbs', '👍️', '👍'],
    ['a keycap', '1️⃣', '1⃣'],
    ['a couple with a heart in it', '👩‍❤️‍👨', '👩‍❤‍👨'],
    ['a hand with a skin tone after U+FE0F, as old keyboards send it', '☝️🏽', '☝🏽'],
    ['a rainbow flag', '🏳️‍🌈', '🏳‍🌈'],
  ])('is one for %s', (_what, a, b) => {
    expect(emojiKey(a)).toBe(emojiKey(b))
  })

  test.each([
    ['a keycap and its digit', '1️⃣', '1'],
    ['two skin tones', '👍🏻', '👍🏿'],
    ['a skin tone and none', '👍🏻', '👍'],
    ['a heart as text and as a picture', '❤\uFE0E', '❤️'],
    ['two flags', '🇩🇪', '🇪🇸'],
  ])('differs for %s', (_what, a, b) => {
    expect(emojiKey(a)).not.toBe(emojiKey(b))
  })
})
