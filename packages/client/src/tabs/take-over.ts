import type { ChatStore } from '../engine/chat-store'
import { allEntries } from '../model/outbox/entry-list'
import type { LocalSnapshot } from '../storage/local-copy'
import { fromStored } from '../storage/restored-entries'

/** Another tab writes the rows from now on. */
export function stopWritingRooms(store: ChatStore): void {
  store.batch(() => {
    for (const { model } of store.all()) store.dispatch(model.id, { type: 'lost-writer' })
  })
}

/**
 * This tab writes the rows from now on: merges what it holds with what is on disk, room by room. `isTyped`: whether its
 * draft of a room is the newer one; tabs that share their drafts have the newest.
 */
export function startWritingRooms(
  store: ChatStore,
  snapshot: LocalSnapshot | null,
  isTyped: (roomId: string) => boolean = () => true,
): void {
  const kept = new Map(snapshot?.rooms.map((room) => [room.roomId, room]))
  // Nothing of another epoch is taken in, or stays on the disk.
  const { epoch } = store.chat()
  const isOtherEpoch = epoch !== null && snapshot?.meta?.epoch !== epoch
  store.batch(() => {
    for (const id of kept.keys()) store.room(id)
    for (const { model } of store.all()) {
      const { id, listing } = model
      const room = (!isOtherEpoch && kept.get(id)) || null
      // This tab knows of no list item: without it the room would be on the disk, and in no list.
      if (room?.item && !listing.listed && !listing.removed)
        store.dispatch(id, { type: 'listed', item: room.item, asOf: 0, now: room.usedAt })
      const { draft } = model.view
      store.dispatch(id, { type: 'became-writer', room: room && (isTyped(id) ? { ...room, draft } : room) })
    }
  })
}

/** What tabs that have died left unsent joins this outbox, in their order (I9). */
export function adoptEntries(
  store: ChatStore,
  { entries }: LocalSnapshot,
  now: number,
  onOrder: (order: number) => void,
): void {
  store.batch(() => {
    for (const id of new Set(entries.map(({ roomId }) => roomId))) {
      const left = entries
        .filter(({ roomId }) => roomId === id)
        .flatMap((entry) => fromStored(entry, now) ?? [])
      if (left.length === 0) continue
      store.dispatch(id, { type: 'entries-adopted', entries: left })
      // Own entries that were moved for them included.
      for (const { order } of allEntries(store.room(id).model.outbox.entries)) onOrder(order)
    }
  })
}
