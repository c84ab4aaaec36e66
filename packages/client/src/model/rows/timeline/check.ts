import { at, rowsIn, seqOf, type Timeline } from './timeline'

/** Throws when the timeline breaks I7 (ranges) or I8 (no phantom, no double). Tests call it after every event. */
export function checkTimeline(t: Timeline): void {
  checkRanges(t)
  const rows = rowsIn(t, { from: 0, to: Number.MAX_SAFE_INTEGER })
  if (rows.length !== t.count) fail(`I8: ${rows.length} rows are held, ${t.count} are counted`)
  const ids = new Set<string>()
  const sends = new Set<string>()
  let before = 0
  for (const row of rows) {
    if (row.seq <= before) fail(`I8: seq ${row.seq} comes after ${before}`)
    before = row.seq
    if (at(t, row.seq) !== row) fail(`I8: seq ${row.seq} is not in its place`)
    if (!t.ranges.some((range) => range.from <= row.seq && row.seq <= range.to))
      fail(`I8: seq ${row.seq} is held outside of all ranges`)
    if (ids.has(row.id)) fail(`I8: message ${row.id} is held twice`)
    ids.add(row.id)
    if (seqOf(t, row.id) !== row.seq) fail(`I8: message ${row.id} is not found at ${row.seq}`)
    if (row.clientId === undefined) continue
    // A clientId has no space in it.
    const send = `${row.clientId} ${row.senderId}`
    if (sends.has(send)) fail(`I8: the send ${row.clientId} of ${row.senderId} is held twice`)
    sends.add(send)
  }
  for (const block of t.blocks)
    if (block.chunks.every((chunk) => chunk === undefined)) fail(`I8: block ${block.index} is empty`)
}

function checkRanges(t: Timeline): void {
  let end = -1
  for (const { from, to } of t.ranges) {
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 1 || from > to)
      fail(`I7: no range: ${from}..${to}`)
    if (from <= end + 1) fail(`I7: a range from ${from} touches one that ends at ${end}`)
    end = to
  }
}

function fail(message: string): never {
  throw new Error(message)
}
