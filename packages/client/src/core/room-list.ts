import type { RoomSummary } from './chat-shape'
import { readSeqOf } from './outbox/enqueue'
import { memberCountOf } from './room/member-pages'
import { previewOf } from './room/preview'
import type { RoomCore } from './room/room-core'
import { unreadOf } from './room/unread'

/** The user's rooms by last activity, newest first: an index that one change costs a search and a copy, never a sort. */
export type RoomList = {
  readonly order: readonly RoomSummary[]
  readonly byId: ReadonlyMap<string, RoomSummary>
  readonly unreadTotal: number
}

export const EMPTY_LIST: RoomList = { order: [], byId: new Map(), unreadTotal: 0 }

/** A room's line in the list; null where it is not on it. The same object while nothing of it changed. */
export function summaryOf(core: RoomCore, before: RoomSummary | undefined): RoomSummary | null {
  const { room } = core
  if (!core.listed || core.removed !== null || room === null || core.hiddenSeq >= core.lastSeq) return null
  const unread = unreadOf(core, readSeqOf(core))
  const preview = previewOf(core)
  const { lastSeq } = core
  const memberCount = memberCountOf(core)
  const failed = core.entries.filter((entry) => entry.state.at === 'failed').length
  if (before && before.room === room && before.unread === unread && before.lastSeq === lastSeq)
    if (
      before.failed === failed &&
      before.memberCount === memberCount &&
      samePreview(before.preview, preview)
    )
      return before
  const { id } = core
  return { id, name: room.name, type: room.type, unread, failed, lastSeq, preview, memberCount, room }
}

function samePreview(a: RoomSummary['preview'], b: RoomSummary['preview']): boolean {
  return a === b || (a?.seq === b?.seq && a?.content === b?.content && a?.deleted === b?.deleted)
}

/** ISO times compare as text; ids part what happened in one millisecond. */
const activityOf = (room: RoomSummary): string =>
  `${room.preview?.createdAt ?? room.room.createdAt} ${room.id}`

/** Puts, moves or takes out one line. */
export function withSummary(list: RoomList, id: string, summary: RoomSummary | null): RoomList {
  const before = list.byId.get(id)
  if (before === (summary ?? undefined)) return list
  const order = [...list.order]
  const byId = new Map(list.byId)
  if (before) {
    order.splice(placeOf(order, before), 1)
    byId.delete(id)
  }
  if (summary) {
    order.splice(placeOf(order, summary), 0, summary)
    byId.set(id, summary)
  }
  return { order, byId, unreadTotal: list.unreadTotal - (before?.unread ?? 0) + (summary?.unread ?? 0) }
}

/** Where it is, or would be, in the descending order. */
function placeOf(order: readonly RoomSummary[], summary: RoomSummary): number {
  const activity = activityOf(summary)
  let low = 0
  let high = order.length
  while (low < high) {
    const middle = (low + high) >> 1
    const other = order[middle]
    if (other && activityOf(other) > activity) low = middle + 1
    else high = middle
  }
  return low
}
