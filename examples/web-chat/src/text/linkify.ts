type TextPart = { readonly text: string; readonly href?: string }

/** Where a link may begin; `URL` decides what it really is. */
const CANDIDATE = /\b(?:https?:\/\/|mailto:)[^\s<>"'`]+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+/giu
const ALLOWED = new Set(['http:', 'https:', 'mailto:'])
/** Belongs to the sentence, not to the link. */
const TRAILING = /[.,;:!?…]+$/u

/** A message's text in parts, of which some are links. Joined, the texts are the message, byte for byte. */
export function linkify(content: string): TextPart[] {
  const parts: TextPart[] = []
  let end = 0
  for (const match of content.matchAll(CANDIDATE)) {
    const text = trim(match[0])
    const href = hrefOf(text)
    if (href === null) continue
    if (match.index > end) parts.push({ text: content.slice(end, match.index) })
    parts.push({ text, href })
    end = match.index + text.length
  }
  if (end < content.length) parts.push({ text: content.slice(end) })
  return parts
}

/** Without the sentence's punctuation, and without a closing bracket that was opened before the link. */
function trim(candidate: string): string {
  let text = candidate.replace(TRAILING, '')
  while (text.endsWith(')') && text.split(')').length > text.split('(').length)
    text = text.slice(0, -1).replace(TRAILING, '')
  return text
}

/** Null: it is no address of the web or of a mailbox. */
export function hrefOf(text: string): string | null {
  const address = /^(https?:\/\/|mailto:)/i.test(text) ? text : `mailto:${text}`
  if (!URL.canParse(address)) return null
  const { protocol, href } = new URL(address)
  return ALLOWED.has(protocol) ? href : null
}
