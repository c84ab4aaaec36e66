/**
 * One key for all spellings of an emoji. Keyboards differ in where they put U+FE0F, "show this as a picture": ❤ and ❤️,
 * also inside of a sequence. No two fully qualified emoji differ in it alone, so the rest still tells them apart. U+FE0E,
 * "show this as text", stays: it asks for another look. Only for comparing: an emoji is shown as it was sent.
 *
 * @example
 * emojiKey('❤️') === emojiKey('❤') // true
 */
export const emojiKey = (emoji: string): string => emoji.replaceAll('\uFE0F', '')
