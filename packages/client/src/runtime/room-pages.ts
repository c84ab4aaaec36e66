import { LIMITS } from '@roomful/protocol/plain'
import type { PageWant } from '../core/room/room-core'
import { covers } from '../core/timeline'
import { shownRange } from '../core/view/shown-messages'
import type { WaitOptions } from '../options'
import type { Room } from '../room'
import type { HandleRoom } from './handle-context'
import { quiet, refusalOf, waitFor } from './limits'

type Pages = Pick<Room, 'loadOlder' | 'loadNewer' | 'jumpTo'>

/** Moving through the history: one page at a time, next to what is shown. */
export function createRoomPages(room: HandleRoom): Pages {
  const { cell, id, session } = room
  const { cells } = session

  const load = (want: PageWant, options: WaitOptions): Promise<void> => {
    if (refusalOf(session, options) === null) {
      room.start()
      cells.dispatch(id, { type: 'page-wanted', want })
    }
    // Ends when it is answered, refused, or another page is wanted instead.
    const look = () => (cell.core.want === want ? undefined : (cell.core.error ?? true))
    return quiet(waitFor(session, options, look, cell).then(() => {}))
  }

  /** The page that is wanted already, or a new one. */
  const side = (kind: 'older' | 'newer', seq: number, limit: number, options: WaitOptions): Promise<void> => {
    const { want } = cell.core
    return load(want?.kind === kind && want.seq === seq ? want : { kind, seq, limit }, options)
  }

  return {
    loadOlder: (count = LIMITS.historyPageDefault, options = {}) => {
      const range = shownRange(cell.core)
      return range && room.state().hasOlder ? side('older', range.from, count, options) : Promise.resolve()
    },
    loadNewer: (count = LIMITS.historyPageDefault, options = {}) => {
      const range = shownRange(cell.core)
      return range && room.state().hasNewer ? side('newer', range.to, count, options) : Promise.resolve()
    },
    jumpTo: (seq, options = {}) => {
      const { tail, timeline } = cell.core
      if (tail !== null && seq >= tail) {
        cells.dispatch(id, { type: 'viewed', anchor: null })
        return Promise.resolve()
      }
      if (!covers(timeline, seq))
        return load({ kind: 'around', seq, limit: LIMITS.historyPageDefault }, options)
      cells.dispatch(id, { type: 'viewed', anchor: seq })
      return Promise.resolve()
    },
  }
}
