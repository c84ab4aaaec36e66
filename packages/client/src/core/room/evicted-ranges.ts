import type { Message } from '@roomful/protocol'
import { CHUNK_SIZE, chunkOf, type Range, rangeHolding, rangesOf, withoutRange, withRange } from '../timeline'
import { amended, type RoomCore } from './room-core'

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
export function discardEvicted(core: RoomCore, range: Range): RoomCore {
  const shelved = withoutRange(core.shelved, cover(range))
  return shelved === core.shelved ? core : amended(core, { shelved })
}

/**
 * A change of a row that only the store holds would leave it stale there (I5): its chunk is given up, and is loaded from
 * the server if it is viewed. Old messages change rarely; keeping them right on disk would cost every change a read.
 */
export function discardEvictedRow(core: RoomCore, row: Message): RoomCore {
  if (core.shelved.length === 0 || rangeHolding(core.shelved, row.seq) === undefined) return core
  return discardEvicted(core, { from: row.seq, to: row.seq })
}

/** After rows came in: a chunk that is in memory is not an evicted one. */
export function discardLoaded(before: RoomCore, after: RoomCore): RoomCore {
  if (after.shelved.length === 0 || rangesOf(before.timeline) === rangesOf(after.timeline)) return after
  return rangesOf(after.timeline).reduce(discardEvicted, after)
}

/** A range that leaves memory and stays in the store, where this tab writes rows. */
export function evict(core: RoomCore, range: Range): RoomCore {
  return core.keeps ? amended(core, { shelved: withRange(core.shelved, range) }) : core
}

/** All that this device holds, in memory or in the store. */
export const heldRanges = (core: RoomCore): readonly Range[] =>
  rangesOf(core.timeline).reduce((held, range) => withRange(held, range), core.shelved)
