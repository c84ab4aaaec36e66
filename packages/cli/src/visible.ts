/** What a terminal executes instead of showing it: control characters, line separators, and direction overrides. */
const ACTED_ON = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu

/** Another user's text, safe for a terminal. Keeps its lines and tabs. */
export function visible(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(ACTED_ON, (char) => (char === '\n' || char === '\t' ? char : '\ufffd'))
}

/** The same for text within a line, such as a name: a line end in it would forge a line. */
export const visibleLine = (text: string): string => text.replace(ACTED_ON, '\ufffd')

/** The same JSON without such characters: JSON itself escapes only the first 32. */
export const visibleJson = (value: unknown): string =>
  JSON.stringify(value).replace(ACTED_ON, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
