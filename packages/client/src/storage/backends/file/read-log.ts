import { isBelow } from '../records'

/** Where the value of each record is. */
export type Places = Map<string, { readonly at: number; readonly length: number }>

type Header = { readonly put: readonly (readonly [string, number])[]; readonly remove: readonly string[] }

const NEWLINE = 10
const HEADER_START = Buffer.from('\n{"put":[')

/**
 * Where every value is, by the batches of a log. What follows the last whole batch was torn by a crash, was never
 * confirmed, and is dropped. `isDamaged`: whole batches follow one that is not, which no crash causes.
 */
export function readLog(bytes: Buffer): { places: Places; size: number; isDamaged: boolean } {
  const places: Places = new Map()
  let at = 0
  let isDamaged = false
  while (at < bytes.length) {
    const end = bytes.indexOf(NEWLINE, at)
    const header = end < 0 ? null : headerOf(bytes.toString('utf8', at, end))
    const next = header && wholeUntil(bytes, end + 1, header)
    if (header && next) {
      apply(places, header, end + 1)
      at = next
      continue
    }
    // A value of the app cannot look like a header: its line breaks are escaped.
    const later = bytes.indexOf(HEADER_START, at)
    if (later < 0) break
    isDamaged = true
    at = later + 1
  }
  return { places, size: at, isDamaged }
}

function headerOf(text: string): Header | null {
  try {
    const { put, remove }: Record<string, unknown> = JSON.parse(text)
    if (!Array.isArray(put) || !Array.isArray(remove)) return null
    return { put, remove }
  } catch {
    return null
  }
}

/** The end of the batch, if all its values end where they should; null: it is not whole. */
function wholeUntil(bytes: Buffer, start: number, { put }: Header): number | null {
  let at = start
  for (const [, length] of put) {
    if (!Number.isSafeInteger(length) || length < 0) return null
    at += length
    if (at >= bytes.length || bytes[at] !== NEWLINE) return null
    at++
  }
  return at
}

function apply(places: Places, { put, remove }: Header, start: number): void {
  for (const path of remove)
    for (const text of [...places.keys()]) if (isBelow(text, path)) places.delete(text)
  let at = start
  for (const [text, length] of put) {
    places.set(text, { at, length })
    at += length + 1
  }
}
