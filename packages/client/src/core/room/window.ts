import { CHUNK_SIZE, dropRange, rangesOf, rowCount } from '../timeline'
import type { RoomCore } from './room-core'

/** Rows over the window that are tolerated, so that not every message trims. */
const SLACK = CHUNK_SIZE

/** Keeps memory bounded (I15): the tail, and the window around what is looked at; the rest can be loaded again. */
export function trimmed(core: RoomCore): RoomCore {
  const { timeline, tail, anchor, windowSize } = core
  if (tail === null || rowCount(timeline) <= windowSize + SLACK) return core
  const first = rangesOf(timeline)[0]?.from ?? tail
  let next = timeline
  const drop = (from: number, to: number): void => {
    if (from <= to) next = dropRange(next, { from, to })
  }
  if (anchor === null) drop(first, tail - windowSize)
  else {
    const half = Math.floor(windowSize / 2)
    drop(first, anchor - half - 1)
    // Between the window and the newest messages; where the two meet there is nothing to drop.
    drop(anchor + half + 1, tail - SLACK)
  }
  return next === timeline ? core : { ...core, timeline: next }
}
