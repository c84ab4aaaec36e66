/** The timeline's door: the rest of the model imports from here only. */
export { CHUNK_BITS, CHUNK_SIZE, chunkOf } from './timeline/blocks'
export { checkTimeline } from './timeline/check'
export { type Range, rangeHolding, withoutRange, withRange } from './timeline/ranges'
export {
  addChunks,
  addRange,
  at,
  changedChunks,
  changedRows,
  chunkAt,
  countRows,
  covers,
  dropRange,
  emptyTimeline,
  keepOnly,
  lastRange,
  mergeRows,
  newestRow,
  rangeAround,
  rangesOf,
  rowCount,
  rowsIn,
  seqOf,
  type Timeline,
} from './timeline/timeline'
