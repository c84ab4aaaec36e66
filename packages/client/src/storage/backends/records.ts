import { type LocalBatch, type LocalPath, type LocalRecord, LocalStoreError } from '../port'

/** A path as a text that is a prefix only of the paths below it. */
export const textOf = (path: LocalPath): string => JSON.stringify(path).slice(0, -1)

export const pathOf = (text: string): LocalPath => JSON.parse(`${text}]`)

/** Is the record with this text at or below the path with that one? */
export const isBelow = (text: string, path: string): boolean =>
  text.startsWith(path) && (text.length === path.length || text[path.length] === ',')

/** Of these texts, those of the records at and below the path. The path of one record needs no search. */
export function below(texts: Iterable<string>, has: (text: string) => boolean, path: LocalPath): string[] {
  const text = textOf(path)
  if (path.length === (path[0] === 'chunks' || path[0] === 'files' ? 3 : 2)) return has(text) ? [text] : []
  return [...texts].filter((one) => isBelow(one, text))
}

export function checkExpected([path, value]: LocalRecord, found: string | undefined): void {
  if (found !== JSON.stringify(value))
    throw new LocalStoreError('taken', `another writer has changed ${path.join('/')}`)
}

/** The records of a batch as text, the last of each place. */
export function textsOf({ put = [] }: LocalBatch): Map<string, string> {
  return new Map(put.map(([path, value]) => [textOf(path), valueText(value)]))
}

/** A value that cannot be written is no sign about the storage: it is `invalid`. */
function valueText(value: unknown): string {
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch (cause) {
    throw new LocalStoreError('invalid', `a value cannot be written: ${String(cause)}`, { cause })
  }
  if (text === undefined) throw new LocalStoreError('invalid', 'a value cannot be written: it is no JSON')
  return text
}

/** Undefined if it is not JSON: a damaged value. */
export function parse(text: string | null | undefined): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined
  } catch {
    return undefined
  }
}
