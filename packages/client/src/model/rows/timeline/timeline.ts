import type { Message } from '@roomful/protocol'
import {
  type Blocks,
  CHUNK_SIZE,
  chunkIn,
  countNewest,
  differingChunks,
  newestIn,
  slotIn,
  visitRows,
  withoutSlots,
  withSlots,
} from './blocks'
import { contains, overlaps, type Range, rangeHolding, withoutRange, withRange } from './ranges'

/**
 * The confirmed messages of one room that are held, as an immutable value: a change copies one chunk, one block and
 * the short list of blocks, independent of the room's size. Rows exist inside ranges only; a seq in a range without a row
 * is a message that is deleted for good.
 */
export type Timeline = {
  readonly ranges: readonly Range[]
  readonly blocks: Blocks
  readonly count: number
  /**
   * Message id → seq. A message never changes its place, so all versions of one timeline share this memo and a look
   * is checked against the rows; never read it directly. Replaced when most of it speaks of rows long dropped.
   */
  readonly places: Map<string, number> | null
}

export const emptyTimeline: Timeline = { ranges: [], blocks: [], count: 0, places: null }

/** Stale places that are tolerated beyond one for each held row. */
const SPARE_PLACES = 1_024

/** Sorted, disjoint, never touching (I7). */
export const rangesOf = (t: Timeline): readonly Range[] => t.ranges

/** The row of this seq, when it is held. */
export const at = (t: Timeline, seq: number): Message | undefined => slotIn(t.blocks, seq)

/** The seq of the held row with this id. */
export function seqOf(t: Timeline, id: string): number | undefined {
  const seq = t.places?.get(id)
  return seq !== undefined && at(t, seq)?.id === id ? seq : undefined
}

export const covers = (t: Timeline, seq: number): boolean => rangeAround(t, seq) !== undefined

export const rangeAround = (t: Timeline, seq: number): Range | undefined => rangeHolding(t.ranges, seq)

export const lastRange = (t: Timeline): Range | undefined => t.ranges.at(-1)

export const rowCount = (t: Timeline): number => t.count

/** Ascending by seq. */
export function rowsIn(t: Timeline, range: Range): readonly Message[] {
  const rows: Message[] = []
  visitRows(t.blocks, range, (row) => rows.push(row))
  return rows
}

/** How many rows of the range pass, counted from the newest down and no further than `most`. */
export const countRows = (
  t: Timeline,
  range: Range,
  most: number,
  passes: (row: Message) => boolean,
): number => countNewest(t.blocks, range, most, passes)

/** The newest row that passes. */
export const newestRow = (t: Timeline, passes: (row: Message) => boolean): Message | undefined =>
  newestIn(t.blocks, passes)

/** The rows of one chunk, ascending: what a record on disk holds. Empty when there is none. */
export const chunkAt = (t: Timeline, index: number): readonly Message[] =>
  (chunkIn(t.blocks, index) ?? []).filter((row) => row !== undefined)

/** The chunks to write so that `before` on disk becomes `after`; costs what changed, by reference. */
export const changedChunks = (before: Timeline, after: Timeline): readonly number[] =>
  before.blocks === after.blocks ? [] : differingChunks(before.blocks, after.blocks)

/** Calls `visit` with the old and the new row of each place of the range that differs; costs the chunks that changed. */
export function changedRows(
  before: Timeline,
  after: Timeline,
  range: Range,
  visit: (old: Message | undefined, row: Message | undefined) => void,
): void {
  for (const index of changedChunks(before, after)) {
    const [old, now] = [chunkIn(before.blocks, index), chunkIn(after.blocks, index)]
    const first = Math.max(0, range.from - index * CHUNK_SIZE)
    const last = Math.min(CHUNK_SIZE - 1, range.to - index * CHUNK_SIZE)
    for (let slot = first; slot <= last; slot++)
      if (old?.[slot] !== now?.[slot]) visit(old?.[slot], now?.[slot])
  }
}

/**
 * Takes the newer state of messages whose place is held; the rest is ignored: a change never makes a row appear
 * where nothing is loaded. The higher rev wins, which makes it commute with itself and with `addRange` (I17).
 * The same timeline when nothing changed.
 */
export function mergeRows(t: Timeline, rows: readonly Message[]): Timeline {
  const changes = new Map<number, Message | undefined>()
  for (const row of rows) {
    if (!covers(t, row.seq)) continue
    const held = changes.get(row.seq) ?? at(t, row.seq)
    // No row inside a range: deleted for good, so content that still speaks of it is older (I12).
    if (held === undefined ? row.deleted : wins(row, held)) changes.set(row.seq, row)
  }
  return commit(t, t.ranges, changes)
}

/**
 * Declares `range` complete with these rows: a seq of it without a row is deleted for good. Rows outside of the range
 * are ignored. Touching ranges are joined (I7); rows already held are merged by rev. The same timeline when nothing
 * changed.
 */
export function addRange(t: Timeline, range: Range, rows: readonly Message[]): Timeline {
  if (!(range.from >= 1 && range.from <= range.to))
    throw new RangeError(`no range: ${range.from}..${range.to}`)
  const changes = new Map<number, Message | undefined>()
  const overlapping = overlaps(t.ranges, range)
  if (overlapping) {
    const given = new Set(rows.map((row) => row.seq))
    // A tombstone stays: pages that leave deleted rows out do not make it wrong.
    visitRows(t.blocks, range, (held) => {
      if (!held.deleted && !given.has(held.seq)) changes.set(held.seq, undefined)
    })
  }
  for (const row of rows) {
    if (row.seq < range.from || row.seq > range.to) continue
    const held = changes.get(row.seq) ?? (overlapping ? at(t, row.seq) : undefined)
    if (held === undefined || wins(row, held)) changes.set(row.seq, row)
  }
  return commit(t, withRange(t.ranges, range), changes)
}

/**
 * Adds chunks read from disk, of a room with these stored ranges. A range counts as held only if its chunk was read:
 * one that is missing or was not requested stays a hole (I7).
 */
export function addChunks(
  t: Timeline,
  ranges: readonly Range[],
  chunks: readonly { readonly index: number; readonly messages: readonly Message[] }[],
): Timeline {
  let loaded = t
  for (const { index, messages } of chunks)
    for (const range of ranges) {
      const from = Math.max(range.from, index * CHUNK_SIZE)
      const to = Math.min(range.to, (index + 1) * CHUNK_SIZE - 1)
      if (from <= to) loaded = addRange(loaded, { from, to }, messages)
    }
  return loaded
}

/** Forgets rows and coverage of a range: it becomes a hole. */
export function dropRange(t: Timeline, range: Range): Timeline {
  const ranges = withoutRange(t.ranges, range)
  if (ranges === t.ranges) return t
  let dropped = 0
  visitRows(t.blocks, range, () => dropped++)
  const blocks = dropped === 0 ? t.blocks : withoutSlots(t.blocks, range)
  return made(ranges, blocks, t.count - dropped, t.places)
}

/** Forgets all but this range. */
export function keepOnly(t: Timeline, range: Range): Timeline {
  const first = t.ranges[0]
  const last = t.ranges.at(-1)
  if (!first || !last || contains(range, { from: first.from, to: last.to })) return t
  let kept = t
  if (first.from < range.from) kept = dropRange(kept, { from: first.from, to: range.from - 1 })
  if (last.to > range.to) kept = dropRange(kept, { from: range.to + 1, to: last.to })
  return kept
}

/** Equal rev: ours stays, so that a repeated row is a no-op. A tombstone never gets content again (I12). */
const wins = (theirs: Message, ours: Message): boolean =>
  theirs.rev > ours.rev && (theirs.deleted || !ours.deleted)

function commit(
  t: Timeline,
  ranges: readonly Range[],
  changes: ReadonlyMap<number, Message | undefined>,
): Timeline {
  if (changes.size === 0) return ranges === t.ranges ? t : made(ranges, t.blocks, t.count, t.places)
  const places = t.places ?? new Map<string, number>()
  let { count } = t
  for (const [seq, row] of changes) {
    const held = at(t, seq)
    if (held !== undefined) count--
    if (row === undefined) continue
    count++
    // A changed row is in the memo already: a look into 100,000 keys is what an edit would mostly cost.
    if (held?.id !== row.id) places.set(row.id, seq)
  }
  return made(ranges, withSlots(t.blocks, changes), count, places)
}

function made(
  ranges: readonly Range[],
  blocks: Blocks,
  count: number,
  places: Map<string, number> | null,
): Timeline {
  const bloated = places !== null && places.size > 2 * count + SPARE_PLACES
  return { ranges, blocks, count, places: bloated ? placesOf(blocks) : places }
}

function placesOf(blocks: Blocks): Map<string, number> {
  const places = new Map<string, number>()
  visitRows(blocks, { from: 0, to: Number.MAX_SAFE_INTEGER }, (row) => places.set(row.id, row.seq))
  return places
}
