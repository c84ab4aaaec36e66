type Shown = {
  readonly type: string
  readonly content: string
  readonly metadata?: { readonly name?: unknown } | undefined
}

/** The text of a message, byte for byte: of a picture or file without a caption, its name. */
export function shownText({ type, content, metadata }: Shown): string {
  if (content !== '') return content
  const kind = type === 'image' ? 'Picture' : type === 'file' ? 'File' : ''
  return typeof metadata?.name === 'string' ? `${kind}: ${metadata.name}` : kind
}

/** More does not fit on two lines, and the patterns below are not for books. */
const MOST = 400

/** What is read of it on a line or two: a preview, a quote, a pin, a notification. One that begins to grow has no text yet. */
export const lineOf = (message: Shown): string => withoutMarks(shownText(message).slice(0, MOST)) || '…'

/** The words that are left of the marks that people type most; what only looks like one stays. */
function withoutMarks(text: string): string {
  return text
    .replace(/```\w*/g, ' ')
    .replace(/^ {0,3}(?:#{1,6}|>) +/gm, '')
    .replace(/\[([^\]\n]+)\]\([^)\s]+\)/g, '$1')
    .replace(/(\*\*|__|~~|`)(?=\S)([^\n]+?)(?<=\S)\1/g, '$2')
    .replace(/(?<![\w*])([*_])(?=\S)([^*_\n]+)(?<=\S)\1(?![\w*])/g, '$2')
    .trim()
}
