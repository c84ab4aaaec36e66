/** What a terminal acts on instead of showing it: control characters, line separators, and what turns the direction round. */
const ACTED_ON = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu

/** A text of somebody else as a terminal may show it. Its lines and tabs stay. */
export function visible(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(ACTED_ON, (char) => (char === '\n' || char === '\t' ? char : '\ufffd'))
}

/** The same of what stands in a line with other things, as a name: a line end in it would make up a line. */
export const visibleLine = (text: string): string => text.replace(ACTED_ON, '\ufffd')

/** The same JSON without such a character: JSON itself escapes only the first 32. */
export const visibleJson = (value: unknown): string =>
  JSON.stringify(value).replace(ACTED_ON, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
