/**
 * One key for all spellings of an emoji. Keyboards differ in where they put U+FE0F, "show this as a picture": ❤ and ❤️,
 * also inside of a sequence. No two fully qualified emoji differ only in it, so the rest still distinguishes them.
 * U+FE0E, "show this as text", stays: it asks for another look. The key is only for comparison: an emoji is shown as it
 * was sent.
 *
 * @example
 * emojiKey('❤️') === emojiKey('❤') // true
 */
export const emojiKey = (emoji: string): string => emoji.replaceAll('\uFE0F', '')
