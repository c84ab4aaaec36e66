import { expect, test } from 'vitest'
import { isOnlyEmoji } from './only-emoji'

test.each(['🎉', '👍🏽', '👨‍👩‍👧‍👦', '🇩🇪', '❤️', '🎉 🎉 🎉', '👍👍👍👍👍👍'])('%s is', (text) => {
  expect(isOnlyEmoji(text)).toBe(true)
})
test.each(['', ' ', 'ok 👍', '1', '#', '©', '❤', '👍👍👍👍👍👍👍', '🎉\n🎉', 'a'.repeat(8_000)])(
  '%s is not',
  (text) => {
    expect(isOnlyEmoji(text)).toBe(false)
  },
)
