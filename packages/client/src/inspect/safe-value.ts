import type { InspectedValue } from './inspection'

/** What names things, and is no text of a user: kept as it is. */
const NAMES = new Set(
  'id roomId userId senderId clientId opId clientIds epoch kind type status op code event reason retry role cont next'.split(
    ' ',
  ),
)
const SECRET = /token|secret|password|authorization|cookie|credential/i

/** One event may be as large as a page of history; the timeline keeps hundreds of them. */
const MOST_VALUES = 400
const MOST_ITEMS = 20
const MOST_DEPTH = 6
const MOST_CHARACTERS = 500

/**
 * A bounded copy of a payload. Without `texts` of what a user wrote only its length is kept, and of a secret nothing in any
 * case. `metadata` is the app's own: its keys, too, may be anything.
 */
export function safeValue(value: unknown, texts: boolean): InspectedValue {
  let left = MOST_VALUES

  const copy = (at: unknown, key: string, depth: number): InspectedValue => {
    if (--left < 0 || depth > MOST_DEPTH) return '…'
    switch (typeof at) {
      case 'boolean':
        return at
      case 'number':
        return Number.isFinite(at) ? at : String(at)
      case 'string':
        return texts || NAMES.has(key) ? cut(at) : `(${at.length} characters)`
      case 'object':
        return at === null ? null : inside(at, key, depth)
      default:
        return null
    }
  }

  const inside = (at: object, key: string, depth: number): InspectedValue => {
    if (Array.isArray(at)) {
      const items = at.slice(0, MOST_ITEMS).map((item) => copy(item, key, depth + 1))
      return at.length > MOST_ITEMS ? [...items, `… ${at.length - MOST_ITEMS} more`] : items
    }
    if (!texts && key === 'metadata') return `(${Object.keys(at).length} fields)`
    const found = Object.entries(at).slice(0, MOST_VALUES)
    return Object.fromEntries(
      found.map(([name, part]) => [cut(name), SECRET.test(name) ? '(hidden)' : copy(part, name, depth + 1)]),
    )
  }

  return copy(value, '', 0)
}

const cut = (text: string): string =>
  text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}… (${text.length} characters)` : text

/** The room that a payload is about, if it is about one. */
export function roomOf(payload: unknown): { roomId?: string } {
  const { roomId } = (payload ?? {}) as { roomId?: unknown }
  return typeof roomId === 'string' ? { roomId } : {}
}
