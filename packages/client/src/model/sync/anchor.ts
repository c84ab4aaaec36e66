import type { RoomModel } from '../room/room-model'
import type { Rows } from '../rows/rows'
import { covers } from '../rows/timeline'
import type { PageWant } from '../view/view-place'

/** The view jumps to a place that is held (null: the newest). A page that was wanted for another place is not any more. */
export function onJumped(model: RoomModel, seq: number | null): RoomModel {
  const next = onViewed(model, seq)
  return { ...next, view: { ...next.view, jump: { seq } } }
}

/** As a jump that nothing on screen has to follow. */
export function onViewed(model: RoomModel, anchor: number | null): RoomModel {
  const { view } = model
  if (view.wantedPage !== null) return { ...model, view: { ...view, anchor, wantedPage: null, error: null } }
  return view.anchor === anchor ? model : { ...model, view: { ...view, anchor } }
}

/** The place that is viewed has left the history: what is left of it is shown, or the newest. */
export function anchored(model: RoomModel): RoomModel {
  const { anchor } = model.view
  const { timeline, floorSeq } = model.rows
  if (anchor === null || covers(timeline, anchor)) return model
  const next = anchor < floorSeq && covers(timeline, floorSeq) ? floorSeq : null
  return { ...model, view: { ...model.view, anchor: next } }
}

/** Where the viewer is: at the edge that was just loaded, so that the window is kept around it. */
export function anchorAfter(
  anchor: number | null,
  { tail }: Rows,
  want: PageWant,
  { from, to, aroundSeq = to }: { readonly from: number; readonly to: number; readonly aroundSeq?: number },
): number | null {
  if (to < from) return anchor
  switch (want.kind) {
    case 'older':
      return from
    case 'newer':
      return tail !== null && to >= tail ? null : to
    case 'around':
      return Math.min(Math.max(want.seq, from), to)
    case 'find':
      return Math.min(Math.max(aroundSeq, from), to)
  }
}
