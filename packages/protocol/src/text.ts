import { LIMITS } from './limits'

// C0 controls but \n and \t: terminals act on them, Postgres refuses NUL.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b-\u001f]/
// In a `u` pattern a surrogate matches only when it has no partner: Postgres would store U+FFFD in its place.
const LONE_SURROGATE = /\p{Surrogate}/u
// Zero-width and other invisible characters count as blank: such a message would be an empty bubble.
const BLANK = /^[\s\p{Default_Ignorable_Code_Point}\p{Cf}\u2800]*$/u

/** Can this string be stored and come back byte for byte on every store? */
export function isStorableText(text: string): boolean {
  return !CONTROL.test(text) && !LONE_SURROGATE.test(text)
}

export function isBlank(text: string): boolean {
  return BLANK.test(text)
}

/** Counts code points without building an array of them. */
export function codePointLength(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}

/** UTF-8 bytes of a string. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).byteLength
}

export type TextProblem = 'INVALID_CONTENT' | 'CONTENT_TOO_LONG'

/**
 * The rule for a message's content: 1 to 8,000 code points, well-formed, not blank, no control characters but
 * `\n` and `\t`. Everything else is kept byte for byte; nothing is normalised.
 *
 * @example
 * contentProblem('hello') // undefined
 * contentProblem('\u200b') // 'INVALID_CONTENT'
 */
export function contentProblem(content: string): TextProblem | undefined {
  // A string has at most as many code points as code units, and at least half as many.
  if (content.length > LIMITS.contentCodePoints) {
    if (content.length > LIMITS.contentCodePoints * 2) return 'CONTENT_TOO_LONG'
    if (codePointLength(content) > LIMITS.contentCodePoints) return 'CONTENT_TOO_LONG'
  }
  return isStorableText(content) && !isBlank(content) ? undefined : 'INVALID_CONTENT'
}
