import type { Message } from '@roomful/protocol'
import type { Rows } from './rows'
import { CHUNK_SIZE, chunkOf, type Range, rangeHolding, rangesOf, withoutRange, withRange } from './timeline'

export const spanOf = (chunk: number): Range => ({
  from: chunk * CHUNK_SIZE,
  to: (chunk + 1) * CHUNK_SIZE - 1,
})

/** The whole chunks that a range touches. */
const cover = ({ from, to }: Range): Range => ({
  from: spanOf(chunkOf(from)).from,
  to: spanOf(chunkOf(to)).to,
})

/** The stored rows of these whole chunks do not count any more: they are in memory, or out of date. */
export function discardEvicted(rows: Rows, range: Range): Rows {
  const evicted = withoutRange(rows.evicted, cover(range))
  return evicted === rows.evicted ? rows : { ...rows, evicted }
}

/**
 * A change of a row that only the store holds would leave it stale there (I5): its chunk is given up, and is loaded from
 * the server if it is viewed. Old messages change rarely; keeping them right on disk would cost every change a read.
 */
export function discardEvictedRow(rows: Rows, { seq }: Message): Rows {
  if (rows.evicted.length === 0 || rangeHolding(rows.evicted, seq) === undefined) return rows
  return discardEvicted(rows, { from: seq, to: seq })
}

/** After rows came in: a chunk that is in memory is not an evicted one. */
export function discardLoaded(before: Rows, after: Rows): Rows {
  if (after.evicted.length === 0 || rangesOf(before.timeline) === rangesOf(after.timeline)) return after
  return rangesOf(after.timeline).reduce(discardEvicted, after)
}

/** All that this device holds, in memory or in the store. */
export const heldRanges = ({ timeline, evicted }: Rows): readonly Range[] =>
  rangesOf(timeline).reduce((held, range) => withRange(held, range), evicted)
