import { asRoomId } from '@roomful/protocol/plain'
import { neverThere } from '../model/room/room-gone'
import { statusOf } from '../model/view/room-view'
import type { Room } from '../room'
import type { HandleRoom } from './handle-context'
import { chatClosedError, ignoreRejection, waitFor } from './limits'

/** A room that is closed and opened again at once (StrictMode, a tab bar) stays subscribed. */
const RELEASE_MS = 2_000

/** Counts the users of the room handle: the first opens the room, and some time after the last it is released. */
export function createRoomOpening(room: HandleRoom): Pick<Room, 'open' | 'close'> {
  const { engine, slot, id } = room
  const { store, clock } = engine
  let viewers = 0
  let cancelRelease = (): void => {}

  const release = (): void => {
    store.dispatch(id, { type: 'closed' })
    // While it was open the answers to its own requests said whether it is there: from now on the list does.
    const { listing, sync } = slot.model
    if (!listing.listed && sync.cursor > 0) store.dispatchChat({ type: 'list-wanted' })
    room.uses.forgetOldest()
    void unsubscribe()
  }

  /** Also if a join was never answered. A server that refuses still sends every change, but no room activity. */
  const unsubscribe = async (): Promise<void> => {
    // The subscription ended with the connection.
    if (slot.model.view.opened || slot.model.connection !== 'up' || neverThere(id)) return
    const result = await engine.ask('leave-rooms', { roomIds: [asRoomId(id)] })
    if (!result.ok && result.error?.retry !== 'never') clock.setTimer(RELEASE_MS, unsubscribe)
  }

  return {
    open: (options = {}) => {
      viewers++
      cancelRelease()
      if (!slot.model.view.opened)
        store.dispatch(id, { type: 'opened', now: clock.now(), usedAt: room.uses.next() })
      room.start()
      return ignoreRejection(
        waitFor(
          engine,
          options,
          () => {
            if (slot.model.listing.removed !== null) return slot.model.listing.removed
            if (!slot.model.view.opened) return chatClosedError()
            return statusOf(slot.model) === 'live' ? true : undefined
          },
          slot,
        ).then(() => {}),
      )
    },
    close: () => {
      if (viewers === 0) return
      viewers--
      if (viewers > 0) return
      cancelRelease()
      cancelRelease = clock.setTimer(RELEASE_MS, release)
    },
  }
}
