import { LIMITS } from './limits'

// In a `u` pattern a surrogate matches only when it has no partner: Postgres would store U+FFFD in its place.
const LONE_SURROGATE = /\p{Surrogate}/u
const LONE_SURROGATES = /\p{Surrogate}/gu
// Zero-width and other invisible characters count as blank: such a message would be an empty bubble.
const BLANK = /^[\s\p{Default_Ignorable_Code_Point}\p{Cf}\u2800]*$/u

// What a name must not have: line ends and controls (C0, C1) break lists and logs; direction marks and overrides
// (Unicode's Bidi_Control) reverse the text beside them.
const NOT_IN_NAMES = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu

/** Does every store keep this string byte for byte? All but NUL, which Postgres refuses, and unpaired surrogates. */
export function isStorableText(text: string): boolean {
  return !text.includes('\0') && !LONE_SURROGATE.test(text)
}

/**
 * Is this a valid room name? Visible characters on one line: no line ends, controls, or direction overrides.
 *
 * @example
 * isName('Support') // true
 * isName('a\nb') // false
 */
export function isName(text: string): boolean {
  return isStorableText(text) && !isBlank(text) && text.search(NOT_IN_NAMES) < 0
}

/**
 * The closest valid name: line ends and tabs become spaces, other forbidden characters are removed, and it is cut to
 * `length` code units without splitting a pair. Empty if nothing visible is left.
 */
export function cleanName(text: string, length: number): string {
  const clean = text
    .replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' ')
    .replace(NOT_IN_NAMES, '')
    .replace(LONE_SURROGATES, '\ufffd')
    .trim()
  const cut = clean
    .slice(0, length)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd()
  return isBlank(cut) ? '' : cut
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

/** UTF-8 bytes of a string. Counted, because an older React Native has no `TextEncoder`. */
export function byteLength(text: string): number {
  let bytes = 0
  for (const point of text) {
    const code = point.codePointAt(0) ?? 0
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return bytes
}

export type TextProblem = 'INVALID_CONTENT' | 'CONTENT_TOO_LONG'

/**
 * The rule for a message's content: 1 to 8,000 code points, well-formed, not blank, no NUL. Everything else is kept
 * byte for byte, also Windows line ends, a log's form feeds and a bot's colours: the display decides what they do.
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
