import { CHUNK_SIZE, dropRange, type Range, rangesOf, rowCount } from '../timeline'
import { evict } from './evicted-ranges'
import { amended, type RoomCore } from './room-core'

/** Rows over the window that are tolerated, so that not every message trims. */
const SLACK = CHUNK_SIZE

/**
 * Keeps memory bounded (I15): the tail, and the window around what is looked at. The rest goes to the shelf where there is
 * a local store, and can be loaded again. Whole chunks leave: one is in memory or on the shelf, never half in each.
 * Done before an event takes rows in, never after: a row that changed and left memory in one step would be on no disk as
 * it is now (I5).
 */
export function trimmed(core: RoomCore): RoomCore {
  const { timeline, tail, anchor, windowSize } = core
  if (tail === null || rowCount(timeline) <= windowSize + SLACK) return core
  const first = rangesOf(timeline)[0]?.from ?? tail
  if (anchor === null) return without(core, first, tail - windowSize)
  const half = Math.floor(windowSize / 2)
  // Between the window and the newest messages; where the two meet there is nothing to drop.
  return without(without(core, first, anchor - half - 1), anchor + half + 1, tail - SLACK)
}

function without(core: RoomCore, from: number, to: number): RoomCore {
  const range = {
    from: startOf(from, rangesOf(core.timeline)),
    to: Math.floor((to + 1) / CHUNK_SIZE) * CHUNK_SIZE - 1,
  }
  if (range.from > range.to) return core
  let next: RoomCore = amended(core, { timeline: dropRange(core.timeline, range) })
  for (const held of rangesOf(core.timeline)) {
    const part = { from: Math.max(held.from, range.from), to: Math.min(held.to, range.to) }
    if (part.from <= part.to) next = evict(next, part)
  }
  return next
}

/** The first seq from which on no chunk is cut in two: a range may begin anywhere, a cut may not. */
function startOf(from: number, ranges: readonly Range[]): number {
  return ranges.some((range) => range.from === from) ? from : Math.ceil(from / CHUNK_SIZE) * CHUNK_SIZE
}
