import type { Draft, Verdict } from './hooks'
import { WORD_CHARACTER } from './open-word'

export type WordFilterOptions = {
  /** `refuse`, the default: the message is refused. `mask`: stars replace the word. */
  readonly on?: 'refuse' | 'mask'
}

/**
 * A `beforeSend` hook against certain words: whole words, in any case, in messages and edits. It stops words, not users
 * who try to evade it.
 *
 * @example
 * const server = await createChatServer({ hooks: { beforeSend: wordFilter(['darn', 'dang it'], { on: 'mask' }) } })
 */
export function wordFilter(
  words: readonly string[],
  { on = 'refuse' }: WordFilterOptions = {},
): (draft: Draft) => Verdict {
  const patterns = words.map((word) => word.trim().normalize('NFC')).filter((word) => word !== '')
  if (patterns.length === 0) return () => undefined
  // The longest first, or a shorter one would take a part of it.
  const all = patterns
    .sort((a, b) => b.length - a.length)
    .map(escaped)
    .join('|')
  const found = new RegExp(`(?<!${WORD_CHARACTER})(?:${all})(?!${WORD_CHARACTER})`, 'giu')
  return ({ content }) => {
    const text = content.normalize('NFC')
    if (text.search(found) < 0) return undefined
    if (on === 'refuse') return { refuse: 'a word that is not wanted' }
    return { content: text.replace(found, (word) => '*'.repeat([...word].length)) }
  }
}

/** A pattern that matches exactly this, with white space of any width between its parts. */
function escaped(word: string): string {
  return word
    .split(/\s+/)
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
    .join('\\s+')
}
