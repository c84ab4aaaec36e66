/** Shown large up to here. */
const MOST = 6
/** A picture by itself, a flag, or what a variation selector makes one. */
const PICTURE = /^(?:\p{Emoji_Presentation}|\p{Regional_Indicator}|\p{Extended_Pictographic}\uFE0F)/u
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** A few emoji and nothing else. */
export function isOnlyEmoji(content: string): boolean {
  // The longest emoji has 35 units.
  if (content === '' || content.length > MOST * 36) return false
  const characters = [...segmenter.segment(content)]
    .map(({ segment }) => segment)
    .filter((one) => one !== ' ')
  return characters.length > 0 && characters.length <= MOST && characters.every((one) => PICTURE.test(one))
}
