/** Letters, marks and digits of any script make a word: a pattern of one of them. */
export const WORD_CHARACTER = '[\\p{L}\\p{M}\\p{N}_]'

/** In code points. A text without any break has to grow too, and no filter has a word of this length. */
const LONGEST_WORD = 100

const OPEN_WORD = new RegExp(`(?<!${WORD_CHARACTER})${WORD_CHARACTER}{1,${LONGEST_WORD}}$`, 'u')

/** A text that grows, without its last word: what is a whole word now may be the beginning of another. */
export const withoutOpenWord = (text: string): string => text.replace(OPEN_WORD, '')
