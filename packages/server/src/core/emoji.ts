import { emojiKey } from '@roomful/protocol'

// By the grammar of Unicode's UTS #51 and not by the list of this platform: a phone may know newer emoji. What could
// carry words is bounded: one flag, at most four joined pictures, and only the tags of a region's flag.
const PICTURE = '\\p{Extended_Pictographic}\\uFE0E?\\p{Emoji_Modifier}?'
const EMOJI = new RegExp(
  [
    `${PICTURE}(?:\\u200D${PICTURE}){0,3}`,
    '\\p{Emoji_Modifier}',
    '\\p{Regional_Indicator}{2}',
    '[0-9#*]\\u20E3',
    '\\u{1F3F4}[\\u{E0030}-\\u{E0039}\\u{E0061}-\\u{E007A}]{3,6}\\u{E007F}',
  ]
    .map((sequence) => `^${sequence}$`)
    .join('|'),
  'u',
)

/**
 * True for one emoji, also with a skin tone, as a flag, or joined of several. U+FE0F may stand anywhere, as keyboards
 * place it.
 */
export const isEmoji = (text: string): boolean => EMOJI.test(emojiKey(text))

/** A custom emoji of the server: `:party-parrot:` if that name is among these. */
export const isCustomEmoji = (text: string, names: ReadonlySet<string>): boolean =>
  text.length > 2 && text.startsWith(':') && text.endsWith(':') && names.has(text.slice(1, -1))
