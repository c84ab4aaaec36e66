import { asRoomId } from '@roomful/protocol'
import { statusOf } from '../core/view/room-view'
import type { Room } from '../room'
import { type HandleRoom, stopped, until } from './handle-context'
import { quiet } from './waiters'

/** A room that is closed and opened again at once (StrictMode, a tab bar) stays subscribed. */
const RELEASE_MS = 2_000

/** Counts who looks at the room: the first opens it, and some time after the last it is let go. */
export function createRoomOpening(room: HandleRoom): Pick<Room, 'open' | 'close'> {
  const { session, cell, id } = room
  const { cells, clock } = session
  let viewers = 0
  let cancelRelease = (): void => {}

  const release = (): void => {
    const subscribed = cell.core.joined !== 'no'
    cells.dispatch(id, { type: 'closed' })
    // Best effort: a line that is gone has forgotten the subscription anyway.
    if (subscribed) void session.ask('leave-rooms', { roomIds: [asRoomId(id)] })
  }

  return {
    open: () => {
      viewers++
      cancelRelease()
      if (!cell.core.opened) cells.dispatch(id, { type: 'opened', now: clock.now() })
      room.start()
      return quiet(
        until(room, () => {
          if (cell.core.removed !== null) return cell.core.removed
          if (!cell.core.opened) return stopped()
          return statusOf(cell.core) === 'live' ? true : undefined
        }).then(() => {}),
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
