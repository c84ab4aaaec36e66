import { LIMITS } from '@roomful/protocol/plain'
import type { PageWant } from '../core/room/room-core'
import { covers } from '../core/timeline'
import { shownRange } from '../core/view/shown-messages'
import type { Room } from '../room'
import { type HandleRoom, until } from './handle-context'
import { quiet } from './waiters'

type Pages = Pick<Room, 'loadOlder' | 'loadNewer' | 'jumpTo'>

/** Moving through the history: one page at a time, next to what is shown. */
export function createRoomPages(room: HandleRoom): Pages {
  const { cell, id } = room
  const { cells } = room.session

  const load = (want: PageWant): Promise<void> => {
    room.start()
    cells.dispatch(id, { type: 'page-wanted', want })
    // Ends when it is answered, refused, or another page is wanted instead.
    return quiet(
      until(room, () => {
        if (cell.core.want === want) return undefined
        return cell.core.error ?? true
      }).then(() => {}),
    )
  }

  /** The page that is wanted already, or a new one. */
  const side = (kind: 'older' | 'newer', seq: number, limit: number): Promise<void> => {
    const { want } = cell.core
    return load(want?.kind === kind && want.seq === seq ? want : { kind, seq, limit })
  }

  return {
    loadOlder: (count = LIMITS.historyPageDefault) => {
      const range = shownRange(cell.core)
      return range && room.state().hasOlder ? side('older', range.from, count) : Promise.resolve()
    },
    loadNewer: (count = LIMITS.historyPageDefault) => {
      const range = shownRange(cell.core)
      return range && room.state().hasNewer ? side('newer', range.to, count) : Promise.resolve()
    },
    jumpTo: (seq) => {
      const { tail, timeline } = cell.core
      if (tail !== null && seq >= tail) {
        cells.dispatch(id, { type: 'viewed', anchor: null })
        return Promise.resolve()
      }
      if (!covers(timeline, seq)) return load({ kind: 'around', seq, limit: LIMITS.historyPageDefault })
      cells.dispatch(id, { type: 'viewed', anchor: seq })
      return Promise.resolve()
    },
  }
}
