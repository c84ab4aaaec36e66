import type { RoomSummary } from '../chat-shape'
import { readSeqOf } from '../outbox/enqueue'
import { memberCountOf } from '../people/member-pages'
import type { RoomModel } from '../room/room-model'
import { unreadOf } from '../unread/unread-rows'
import { sameList } from '../view/shown-messages'
import { previewOf } from './preview'
import { findIn, inserted, removed, type SortedChunks } from './sorted-chunks'

/** The user's rooms by last activity, newest first. One change costs a search and two chunks, however many there are. */
export type RoomList = {
  readonly order: SortedChunks<RoomSummary>
  readonly byId: SortedChunks<RoomSummary>
  readonly unreadTotal: number
}

export const EMPTY_LIST: RoomList = { order: [], byId: [], unreadTotal: 0 }

const arrays = new WeakMap<RoomList['order'], readonly RoomSummary[]>()

/** As an array, made when it is asked for: the same one until a room on it changes. */
export function roomsOf({ order }: RoomList): readonly RoomSummary[] {
  const rooms = arrays.get(order) ?? ([] as RoomSummary[]).concat(...order)
  arrays.set(order, rooms)
  return rooms
}

/** A room's list item; null if it is not on the list. The same object while nothing of it changes. */
export function summaryOf(model: RoomModel, before: RoomSummary | undefined): RoomSummary | null {
  const { listing, rows, outbox } = model
  const { room } = listing
  const { lastSeq } = rows
  if (!listing.listed || listing.removed !== null || room === null || listing.hiddenSeq >= lastSeq)
    return null
  const preview = previewOf(model)
  const next: RoomSummary = {
    id: model.id,
    name: room.name,
    type: room.type,
    unread: unreadOf(model, readSeqOf(model)),
    failed: outbox.entries.totals.failed,
    lastSeq,
    preview: before && samePreview(before.preview, preview) ? before.preview : preview,
    memberCount: memberCountOf(model.people),
    room,
  }
  return before && sameList(Object.values(before), Object.values(next)) ? before : next
}

function samePreview(a: RoomSummary['preview'], b: RoomSummary['preview']): boolean {
  return a === b || (a?.seq === b?.seq && a?.content === b?.content && a?.deleted === b?.deleted)
}

const textOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const byId = (a: Pick<RoomSummary, 'id'>, b: Pick<RoomSummary, 'id'>): number => textOrder(a.id, b.id)

/** ISO times compare as text. */
const activityOf = (room: RoomSummary): string => room.preview?.createdAt ?? room.room.createdAt

/** The newest first; ids part what happened in one millisecond. */
const byActivity = (a: RoomSummary, b: RoomSummary): number =>
  textOrder(activityOf(b), activityOf(a)) || byId(b, a)

/** The room's entry on the list; undefined if it has none. */
export const summaryIn = (list: RoomList, id: string): RoomSummary | undefined =>
  findIn(list.byId, { id }, byId)

/** Puts, moves or takes out one room. */
export function withSummary(list: RoomList, id: string, summary: RoomSummary | null): RoomList {
  const before = summaryIn(list, id)
  if (before === (summary ?? undefined)) return list
  let { order, byId: held } = list
  if (before && !(summary && byActivity(before, summary) === 0)) order = removed(order, before, byActivity)
  if (summary) {
    order = inserted(order, summary, byActivity)
    held = inserted(held, summary, byId)
  } else if (before) held = removed(held, before, byId)
  const unreadTotal = list.unreadTotal - (before?.unread ?? 0) + (summary?.unread ?? 0)
  return { order, byId: held, unreadTotal }
}
