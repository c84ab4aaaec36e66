/**
 * A sorted list without doubles, in chunks: one change copies one chunk and the list of chunks, however long it is.
 * Immutable, and a no-op returns the same reference.
 */
export type SortedChunks<T> = readonly (readonly T[])[]

/** Below 0: a is before b. 0: they have one place. */
type Compare<T, K = T> = (a: T, b: K) => number

const CHUNK_MAX = 128
/** Neighbours that have no more than this together become one, so that what is taken out leaves no crumbs. */
const CHUNK_JOINED = 64

/** `toSpliced`, which browsers have since 2023 only. */
function spliced<T>(list: readonly T[], at: number, count: number, ...items: T[]): readonly T[] {
  const copy = [...list]
  copy.splice(at, count, ...items)
  return copy
}

/** The first place of `length` that is not before the key. */
function lowerBound(length: number, isBefore: (place: number) => boolean): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >> 1
    if (isBefore(middle)) low = middle + 1
    else high = middle
  }
  return low
}

/** Where it is, or would be. */
function placeOf<T, K>(
  chunks: SortedChunks<T>,
  item: K,
  compare: Compare<T, K>,
): { at: number; chunk: readonly T[]; place: number } {
  const isBefore = (other: T | undefined): boolean => other !== undefined && compare(other, item) < 0
  const found = lowerBound(chunks.length, (at) => isBefore(chunks[at]?.at(-1)))
  // What is past the end goes to the end of the last.
  const at = Math.min(found, Math.max(0, chunks.length - 1))
  const chunk = chunks[at] ?? []
  return { at, chunk, place: lowerBound(chunk.length, (place) => isBefore(chunk[place])) }
}

/** What has the place of `key`, which may be a part of it. */
export function findIn<T, K>(chunks: SortedChunks<T>, key: K, compare: Compare<T, K>): T | undefined {
  const { chunk, place } = placeOf(chunks, key, compare)
  const found = chunk[place]
  return found !== undefined && compare(found, key) === 0 ? found : undefined
}

/** In the place of one that is equal, if there is one. */
export function inserted<T>(chunks: SortedChunks<T>, item: T, compare: Compare<T>): SortedChunks<T> {
  const { at, chunk, place } = placeOf(chunks, item, compare)
  const old = chunk[place]
  if (old === item) return chunks
  const isThere = old !== undefined && compare(old, item) === 0
  const next = spliced(chunk, place, isThere ? 1 : 0, item)
  const middle = next.length >> 1
  const parts = next.length > CHUNK_MAX ? [next.slice(0, middle), next.slice(middle)] : [next]
  return spliced(chunks, at, 1, ...parts)
}

export function removed<T>(chunks: SortedChunks<T>, item: T, compare: Compare<T>): SortedChunks<T> {
  const { at, chunk, place } = placeOf(chunks, item, compare)
  const old = chunk[place]
  if (old === undefined || compare(old, item) !== 0) return chunks
  const next = spliced(chunk, place, 1)
  const near = [at - 1, at + 1].find(
    (other) => next.length + (chunks[other]?.length ?? CHUNK_MAX) <= CHUNK_JOINED,
  )
  if (near === undefined) return spliced(chunks, at, 1, ...(next.length > 0 ? [next] : []))
  const both = [next, chunks[near] ?? []]
  return spliced(chunks, Math.min(at, near), 2, (near < at ? both.reverse() : both).flat())
}
