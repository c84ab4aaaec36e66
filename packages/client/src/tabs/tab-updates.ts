import type { ServerMessage } from '@roomful/protocol'
import { asRoomId } from '@roomful/protocol/plain'
import type { ChatStore } from '../engine/chat-store'
import type { RoomModel } from '../model/room/room-model'
import { previewOf } from '../model/room-list/preview'
import { unreadOf } from '../model/unread/unread-rows'
import type { Clock } from '../platform/clock'
import type { ConnectionHub } from './connection-hub'
import type { OutgoingMessage } from './messages'

/** As often as the server sends the activity of rooms that are not open. */
const ACTIVITY_MS = 1_000

/** What a tab sends to the others: drafts; and as the owner: activity of rooms that only some of them have open. */
export function createTabUpdates(options: {
  store: ChatStore
  clock: Clock
  post(message: OutgoingMessage): void
  hub(): ConnectionHub | null
  deliver(tab: string, message: ServerMessage): void
}) {
  const { store, clock } = options
  const dirtyRooms = new Set<string>()
  let isDue = false
  let isReceiving = false

  store.watch((before, after, event) => {
    if (event.type === 'draft' && !isReceiving && before.view.draft !== after.view.draft)
      options.post({ type: 'draft', roomId: after.id, text: after.view.draft })
    if (options.hub() === null || !after.view.opened || after.sync.subscription !== 'synced') return
    // What changed while the room was not in sync is sent as soon as it is.
    if (before.sync.subscription === 'synced' && isSameActivity(before, after)) return
    markDirty([after.id])
  })

  function markDirty(roomIds: readonly string[]): void {
    for (const id of roomIds) dirtyRooms.add(id)
    if (isDue || options.hub() === null) return
    isDue = true
    clock.setTimer(ACTIVITY_MS, deliverActivity)
  }

  /**
   * The server sends `room-activity` to connections that are not subscribed to the room. The shared one is, for one of the
   * tabs: the others get it from here.
   */
  function deliverActivity(): void {
    isDue = false
    const hub = options.hub()
    // What was known on a connection that is lost meanwhile may be of another epoch than the tabs are in already (I13).
    const rooms = [...dirtyRooms].filter((id) => store.room(id).model.sync.subscription === 'synced')
    dirtyRooms.clear()
    if (hub === null) return
    for (const tab of hub.tabs()) {
      const updates = rooms
        .filter((id) => !hub.isJoined(tab, id))
        .map((id) => activityOf(store.room(id).model))
      if (updates.length > 0) options.deliver(tab, { event: 'room-activity', payload: { rooms: updates } })
    }
  }

  return {
    /** A tab has closed rooms that stay open in others: what was on its way to it is not sent again. */
    onLeft: markDirty,
    onDraft: (roomId: string, text: string): void => {
      isReceiving = true
      store.dispatch(roomId, { type: 'draft', text })
      isReceiving = false
    },
  }
}

const isSameActivity = (a: RoomModel, b: RoomModel): boolean =>
  a.sync.cursor === b.sync.cursor &&
  a.unread.lastReadSeq === b.unread.lastReadSeq &&
  a.unread.serverUnread === b.unread.serverUnread

function activityOf(model: RoomModel) {
  return {
    roomId: asRoomId(model.id),
    rev: model.sync.cursor,
    lastSeq: model.rows.lastSeq,
    lastReadSeq: model.unread.lastReadSeq,
    unread: unreadOf(model, model.unread.lastReadSeq),
    preview: previewOf(model),
    ...(model.people.roster.count === null ? {} : { memberCount: model.people.roster.count }),
    ...(model.listing.room === null ? {} : { room: model.listing.room }),
  }
}
