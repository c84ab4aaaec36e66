import { describe, expect, test } from 'vitest'
import { isCustomEmoji, isEmoji } from '../../packages/server/src/core/emoji'
import { emojis, VS16 } from '../emojis'

describe('an emoji', () => {
  test('is each that this platform has, with U+FE0F and without', () => {
    expect(emojis.length).toBeGreaterThan(2_000)
    expect(emojis.filter((emoji) => !isEmoji(emoji))).toEqual([])
    expect(emojis.filter((emoji) => !isEmoji(emoji.replaceAll(VS16, '')))).toEqual([])
  })

  test.each([
    ['four people', '👨‍👩‍👧‍👦'],
    ['a kiss of two skin tones', '👩🏻‍❤️‍💋‍👨🏿'],
    ['a flag of a region', '🏴󠁧󠁢󠁳󠁣󠁴󠁿'],
    ['a heart as text', '❤\uFE0E'],
    ['one of a later Unicode', '\u{1FAFA}'],
  ])('is also %s', (_what, text) => expect(isEmoji(text)).toBe(true))

  test.each([
    ['words', 'BUY-COINS'],
    ['a letter', 'x'],
    ['a digit, of which keycaps are made', '1'],
    ['two', '👍👍'],
    ['many in one', '👍‍👎‍👍‍👎‍👍'],
    ['half a flag, as letters for words', '🇧'],
    ['two flags', '🇧🇺🇾🇨'],
    ['a flag with hidden words in its tags', `🏴${tags('buycoinsnow')}`],
    ['a hidden word behind a picture', `👍${tags('buy')}`],
    ['an emoji and a mark of direction', '👍\u202E'],
    ['a zero-width joiner', '\u200D'],
    ['a selector alone', VS16],
    ['a name that no server knows', ':coins:'],
    ['accents on a picture', '👍\u0301'],
    ['nothing', ''],
  ])('is not %s', (_what, text) => expect(isEmoji(text)).toBe(false))
})

test('a custom emoji is a name of the list between colons', () => {
  const names = new Set(['party-parrot'])
  expect(isCustomEmoji(':party-parrot:', names)).toBe(true)
  for (const text of ['party-parrot', ':party-parrot', ':coins:', '::', ':']) {
    expect(isCustomEmoji(text, names)).toBe(false)
  }
})

function tags(word: string): string {
  const letters = [...word].map((char) => String.fromCodePoint(0xe0000 + (char.codePointAt(0) ?? 0)))
  return `${letters.join('')}\u{E007F}`
}
