import type { RoomModel } from '../room/room-model'
import type { Rows } from './rows'
import { CHUNK_SIZE, dropRange, type Range, rangesOf, rowCount, withRange } from './timeline'

/** Rows over the window that are tolerated, so that not every message trims. */
const SLACK = CHUNK_SIZE

/**
 * Keeps memory bounded (I15): the tail, and the window around what is viewed. The rest is evicted if there is a local
 * store, and can be loaded again. Whole chunks leave: one is in memory or evicted, never half of each. Done before an
 * event adds rows, never after: a row that changed and left memory in one step would be on no disk as it is now (I5).
 */
export function trimmed(model: RoomModel): RoomModel {
  const { rows, windowSize, writesRows } = model
  const { timeline, tail } = rows
  const { anchor } = model.view
  if (tail === null || rowCount(timeline) <= windowSize + SLACK) return model
  const first = rangesOf(timeline)[0]?.from ?? tail
  const half = Math.floor(windowSize / 2)
  const next =
    anchor === null
      ? evict(rows, writesRows, first, tail - windowSize)
      : // Between the window and the newest messages; where the two meet there is nothing to drop.
        evict(evict(rows, writesRows, first, anchor - half - 1), writesRows, anchor + half + 1, tail - SLACK)
  return next === rows ? model : { ...model, rows: next }
}

/** The whole chunks in between leave memory; `isStored`: they can be loaded from the local store again. */
function evict(rows: Rows, isStored: boolean, from: number, to: number): Rows {
  const ranges = rangesOf(rows.timeline)
  const range = {
    from: startOf(from, ranges),
    to: Math.floor((to + 1) / CHUNK_SIZE) * CHUNK_SIZE - 1,
  }
  if (range.from > range.to) return rows
  let { evicted } = rows
  if (isStored)
    for (const held of ranges) {
      const part = { from: Math.max(held.from, range.from), to: Math.min(held.to, range.to) }
      if (part.from <= part.to) evicted = withRange(evicted, part)
    }
  return { ...rows, timeline: dropRange(rows.timeline, range), evicted }
}

/** The first seq from which on no chunk is cut in two: a range may begin anywhere, a cut may not. */
function startOf(from: number, ranges: readonly Range[]): number {
  return ranges.some((range) => range.from === from) ? from : Math.ceil(from / CHUNK_SIZE) * CHUNK_SIZE
}
