import type { RoomListItem } from '@roomful/protocol'
import { answeredAsOf } from '../model/chat-model'
import { roomGoneError } from '../model/room/room-gone'
import type { RoomModel } from '../model/room/room-model'
import type { ChatStore } from './chat-store'
import type { EngineContext } from './engine-context'

type ListPart = {
  readonly after: string | null
  readonly next: string | null
  /** Rooms may be missing from it, which says nothing about them. */
  readonly isPartial: boolean
}

/**
 * A page of the user's room list, the answer to this sync: the rooms after one id and up to another. Rooms in that
 * range that are absent have left the list; the page means nothing for rooms on other pages. Updates received since the
 * request are newer.
 */
export function applyList(
  engine: EngineContext,
  items: readonly RoomListItem[],
  sync: number,
  { after, next, isPartial }: ListPart,
): void {
  const { store, clock } = engine
  const asOf = answeredAsOf(sync)
  const listed = new Set<string>()
  for (const item of items) {
    const { id } = item.room
    listed.add(id)
    if (isKnownSince(engine, id, sync)) continue
    store.dispatch(id, { type: 'listed', item, asOf, now: clock.now() })
  }
  if (isPartial) return
  const isInPage = (id: string): boolean => (after === null || id > after) && (next === null || id <= next)
  for (const { model } of store.all())
    if (isKept(model) && !listed.has(model.id) && isInPage(model.id)) applyAbsence(engine, model.id, sync)
}

/** Something of the room is here: its list item, or rows. An open room is joined, and the join's answer decides. */
const isKept = ({ listing, view, sync }: RoomModel): boolean =>
  listing.listed || (!view.opened && sync.cursor > 0)

/** This sync had nothing of the room. */
export function applyAbsence(engine: EngineContext, id: string, sync: number): void {
  if (isKnownSince(engine, id, sync)) return
  engine.store.dispatch(id, { type: 'removed', error: roomGoneError(), asOf: answeredAsOf(sync) })
}

/** An update since this sync's request had said whether the room is there. If the two differ, a newer list decides. */
function isKnownSince({ store }: EngineContext, id: string, sync: number): boolean {
  if (store.room(id).model.listing.listedAsOf <= answeredAsOf(sync)) return false
  store.dispatchChat({ type: 'list-wanted' })
  return true
}

/** The server's history is another one: no cursor is valid any more, and every room is synced again. */
export function applyEpoch(store: ChatStore, epoch: string): void {
  const known = store.chat().epoch
  if (known === epoch) return
  store.dispatchChat({ type: 'epoch', epoch })
  if (known === null) return
  for (const { model } of store.all()) store.dispatch(model.id, { type: 'epoch-changed' })
}
