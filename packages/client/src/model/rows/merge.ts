import type { Change, Message } from '@roomful/protocol'
import { confirm } from '../outbox/confirm'
import { type RoomModel, withSlices } from '../room/room-model'
import { discardEvictedRow } from './evicted-ranges'
import { withMine } from './reactions'
import { placed, withTimeline } from './rows'
import { addRange, at, mergeRows } from './timeline'

/** The rows of message changes, with `mine` as this user sees them. */
function rowOf({ rows, me }: RoomModel, change: Change): Message | null {
  if (change.kind !== 'message') return null
  return withMine(change.message, at(rows.timeline, change.message.seq), me, change.actor)
}

/**
 * Merges one change's row: confirms an own send, updates a held row, or extends the tail by the next one. A row farther
 * ahead waits in `outOfOrder`: shown now, it would stand right after missing messages. A row inside a hole is
 * dropped; the page that fills the hole has it. `grow`: only a change past the cursor may create a row.
 */
export function mergeRow(model: RoomModel, change: Change, grow: boolean): RoomModel {
  const row = rowOf(model, change)
  if (row === null) return model
  const confirmed = confirm(model, row)
  const { rows } = confirmed
  // Rows of another epoch have revs that compare with nothing: all waits for the sync.
  if (rows.fromOldEpoch) return confirmed
  if (grow && rows.tail !== null && row.seq === rows.tail + 1) {
    const timeline = addRange(rows.timeline, { from: row.seq, to: row.seq }, [row])
    const lastSeq = Math.max(rows.lastSeq, row.seq)
    const next = placed(withTimeline(rows, timeline, row.seq, lastSeq))
    return withSlices(confirmed, next, confirmed.sync, confirmed.unread)
  }
  const timeline = mergeRows(rows.timeline, [row])
  const next =
    timeline === rows.timeline
      ? discardEvictedRow(rows, row)
      : withTimeline(rows, timeline, rows.tail, rows.lastSeq)
  return next === rows ? confirmed : withSlices(confirmed, next, confirmed.sync, confirmed.unread)
}
