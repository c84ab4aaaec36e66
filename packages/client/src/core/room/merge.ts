import type { Change, Message } from '@roomful/protocol'
import { confirm } from '../outbox/confirm'
import { addRange, at, mergeRows } from '../timeline'
import { discardEvictedRow } from './evicted-ranges'
import { withMine } from './reactions'
import { amended, type RoomCore } from './room-core'

/** The rows of message changes, with `mine` as this user sees them. */
function rowOf(core: RoomCore, change: Change): Message | null {
  if (change.kind !== 'message') return null
  return withMine(change.message, at(core.timeline, change.message.seq), core.me, change.actor)
}

/**
 * Takes one change's row: settles an own send, renews a held row, or lengthens the tail by the one next to it. A row
 * farther on waits in `ahead`: shown now, it would stand beside messages that are missing. One that falls into a hole
 * is dropped; the page that fills the hole will bring it. `grow`: only a change past the cursor may create a row.
 */
export function takeRow(core: RoomCore, change: Change, grow: boolean): RoomCore {
  const row = rowOf(core, change)
  if (row === null) return core
  const confirmed = confirm(core, row)
  // Rows of another epoch have revs that compare with nothing: all waits for the sync.
  if (confirmed.foreign) return confirmed
  const { tail } = confirmed
  if (grow && tail !== null && row.seq === tail + 1)
    return surfaced(
      amended(confirmed, {
        timeline: addRange(confirmed.timeline, { from: row.seq, to: row.seq }, [row]),
        tail: row.seq,
      }),
    )
  const timeline = mergeRows(confirmed.timeline, [row])
  return timeline === confirmed.timeline
    ? discardEvictedRow(confirmed, row)
    : amended(confirmed, { timeline })
}

/** Own rows that the tail has reached are no longer afloat. */
export function surfaced(core: RoomCore): RoomCore {
  const { tail, afloat } = core
  if (tail === null || !afloat.some((row) => row.seq <= tail)) return core
  return amended(core, { afloat: afloat.filter((row) => row.seq > tail) })
}
