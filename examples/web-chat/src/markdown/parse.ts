import { Lexer, type Token } from 'marked'
import { hasMarkup } from './markup'

/** Emphasis is found in time that grows with the square of these: measured, 500 take some 30 ms, 3,400 take 1.4 s. */
const DELIMITERS = /[*_~[\]`]/g
const MOST_DELIMITERS = 500
/** Quotes and lists in each other; deeper ones are an attack on the reader. */
const TOO_DEEP = /^(?:[ \t]*(?:>|[-*+]|\d{1,9}[.)])){16}/m

/** The blocks of a message. Undefined: it is shown as it was typed, because it has no markup, or too much. */
export function parseMarkdown(content: string): readonly Token[] | undefined {
  if (!hasMarkup(content) || TOO_DEEP.test(content)) return undefined
  if ((content.match(DELIMITERS)?.length ?? 0) > MOST_DELIMITERS) return undefined
  try {
    return new Lexer({ gfm: true, breaks: true }).lex(content)
  } catch {
    // It could not be read, such as for its depth.
    return undefined
  }
}
