import { covers } from '../timeline'
import { amended, type PageWant, type RoomCore } from './room-core'

/** The view goes to a place that is held (null: the newest). A page that was wanted for another place is not any more. */
export function onViewed(core: RoomCore, anchor: number | null): RoomCore {
  if (core.want === null) return core.anchor === anchor ? core : amended(core, { anchor })
  return amended(core, { anchor, want: null, error: null })
}

/** The place that is looked at has left the history: what is left of it is shown, or the newest. */
export function anchored(core: RoomCore): RoomCore {
  const { anchor, timeline, floorSeq } = core
  if (anchor === null || covers(timeline, anchor)) return core
  return amended(core, { anchor: anchor < floorSeq && covers(timeline, floorSeq) ? floorSeq : null })
}

/** Where the viewer is: at the edge that was just loaded, so that the window is kept around it. */
export function anchorAfter(core: RoomCore, want: PageWant, from: number, to: number): number | null {
  if (to < from) return core.anchor
  switch (want.kind) {
    case 'older':
      return from
    case 'newer':
      return core.tail !== null && to >= core.tail ? null : to
    case 'around':
      return Math.min(Math.max(want.seq, from), to)
  }
}
