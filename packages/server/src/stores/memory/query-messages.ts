import type { StoredMessage } from '../../core/ops'
import type { MessageQuery } from '../port'
import type { RoomRecord } from './room-record'
import { type Snapshot, valueAt } from './versions'

export function queryMessages(record: RoomRecord, query: MessageQuery, snapshot: Snapshot): StoredMessage[] {
  const lastSeq = valueAt(record.head, snapshot)?.lastSeq ?? 0
  const from = Math.max(query.fromSeq ?? 1, 1)
  const to = Math.min(query.toSeq ?? lastSeq, lastSeq)
  const afterRev = query.afterRev ?? 0
  const isWanted = (row: StoredMessage): boolean =>
    row.rev > afterRev && (query.includeDeleted || !row.deleted)
  const rowAt = (seq: number): StoredMessage | undefined => valueAt(record.messages[seq - 1], snapshot)

  const found: StoredMessage[] = []
  if (query.take === 'rev' && query.isNarrow) {
    for (let seq = from; seq <= to; seq++) {
      const row = rowAt(seq)
      if (row && isWanted(row)) found.push(row)
    }
    return found.sort((a, b) => a.rev - b.rev).slice(0, query.limit)
  }
  if (query.take === 'rev') {
    for (let index = firstAfter(record.log, afterRev); index < record.log.length; index++) {
      if (found.length >= query.limit) break
      const entry = record.log[index]
      if (!entry || entry.seq < from || entry.seq > to) continue
      const row = rowAt(entry.seq)
      if (row?.rev === entry.rev && isWanted(row)) found.push(row)
    }
    return found
  }
  const step = query.take === 'oldest' ? 1 : -1
  for (let seq = step === 1 ? from : to; seq >= from && seq <= to; seq += step) {
    if (found.length >= query.limit) break
    const row = rowAt(seq)
    if (row && isWanted(row)) found.push(row)
  }
  return step === 1 ? found : found.reverse()
}

/** The index of the first entry with a rev above `afterRev`; by binary search, since the log is sorted. */
function firstAfter(log: RoomRecord['log'], afterRev: number): number {
  let low = 0
  let high = log.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((log[middle]?.rev ?? 0) > afterRev) high = middle
    else low = middle + 1
  }
  return low
}
