/** Seqs that are loaded without a hole, both ends inclusive: `from <= to`. */
export type Range = { readonly from: number; readonly to: number }

/** Position of the range that holds `seq`, or -1. Ranges are sorted, so it is a binary search. */
function indexOf(ranges: readonly Range[], seq: number): number {
  let low = 0
  let high = ranges.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const range = ranges[middle]
    if (range === undefined) return -1
    if (seq < range.from) high = middle - 1
    else if (seq > range.to) low = middle + 1
    else return middle
  }
  return -1
}

export function rangeHolding(ranges: readonly Range[], seq: number): Range | undefined {
  return ranges[indexOf(ranges, seq)]
}

export function contains(outer: Range | undefined, inner: Range): boolean {
  return outer !== undefined && outer.from <= inner.from && inner.to <= outer.to
}

export function overlaps(ranges: readonly Range[], range: Range): boolean {
  return ranges.some((held) => held.from <= range.to && range.from <= held.to)
}

/** Joins what overlaps or touches (I7). The same list when the range was held already. */
export function withRange(ranges: readonly Range[], range: Range): readonly Range[] {
  if (contains(rangeHolding(ranges, range.from), range)) return ranges
  let { from, to } = range
  const before: Range[] = []
  const after: Range[] = []
  for (const held of ranges) {
    if (held.to < range.from - 1) before.push(held)
    else if (held.from > range.to + 1) after.push(held)
    else {
      from = Math.min(from, held.from)
      to = Math.max(to, held.to)
    }
  }
  return [...before, { from, to }, ...after]
}

/** Cuts a range out, which may leave a piece on either side. The same list when nothing of it was held. */
export function withoutRange(ranges: readonly Range[], range: Range): readonly Range[] {
  if (!overlaps(ranges, range)) return ranges
  return ranges.flatMap((held) => {
    if (held.to < range.from || held.from > range.to) return [held]
    const pieces: Range[] = []
    if (held.from < range.from) pieces.push({ from: held.from, to: range.from - 1 })
    if (held.to > range.to) pieces.push({ from: range.to + 1, to: held.to })
    return pieces
  })
}
