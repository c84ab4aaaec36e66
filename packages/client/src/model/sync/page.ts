import { longerHold, NO_HOLD } from '../hold'
import type { RoomEvent } from '../room/room-event'
import type { RoomModel } from '../room/room-model'
import { addRange, dropRange, rangeAround } from '../rows/timeline'
import { isJump, type PageWant } from '../view/view-place'
import { anchorAfter } from './anchor'
import { confirmAll, replayed, viewed } from './replay'
import { begun, requested } from './sync-state'

/**
 * A page is wanted, in place of any other: the latest request wins. Next to what is shown, the view stays at that edge
 * from now on, so that the rows there are kept until the page joins them.
 */
export function onPageWanted(model: RoomModel, want: PageWant): RoomModel {
  const anchor = 'seq' in want && !isJump(want) ? want.seq : model.view.anchor
  return { ...model, view: { ...model.view, wantedPage: want, error: null, anchor } }
}

export function onPageAsked(model: RoomModel): RoomModel {
  const { sync, view } = model
  if (view.wantedPage === null) return model
  return { ...model, sync: requested(sync, { ...begun(sync), kind: 'page', want: view.wantedPage }) }
}

/** A page older than the cursor at the request would undo what is known (I5): thrown away, and asked for again. */
export function onPageAnswered(
  model: RoomModel,
  event: Extract<RoomEvent, { type: 'page-answered' }>,
): RoomModel {
  const { request } = model.sync
  if (request?.kind !== 'page' || request.no !== event.no) return model
  const { page } = event
  const { want } = request
  if (page.rev < request.cursor)
    return {
      ...model,
      sync: { ...model.sync, request: null, hold: longerHold(model.sync.hold, null, event) },
    }
  const next = confirmAll(model, page.messages)
  const { rows, sync, view } = next
  let { timeline } = rows
  const isEmpty = page.toSeq < page.fromSeq
  // A row past the tail with messages missing before it has no place yet (I7): the sync that is due delivers it.
  const fits = !isEmpty && (rows.tail === null || page.fromSeq <= rows.tail + 1)
  if (fits) timeline = addRange(timeline, { from: page.fromSeq, to: page.toSeq }, viewed(next, page.messages))
  if (page.floorSeq > 1) timeline = dropRange(timeline, { from: 1, to: page.floorSeq - 1 })
  // Another place is wanted since: the rows are taken, and the view stays.
  const isWanted = view.wantedPage === want
  const isArrived = fits && isWanted
  const anchor = anchorAfter(view.anchor, rows, want, { ...page, from: page.fromSeq, to: page.toSeq })
  const loaded = {
    ...next,
    rows: {
      ...rows,
      timeline,
      // Nothing before it, for any reason: there is no more to ask for on that side.
      floorSeq: isEmpty && want.kind === 'older' ? Math.max(page.floorSeq, want.seq) : page.floorSeq,
      lastSeq: Math.max(rows.lastSeq, page.lastSeq),
      // The one after it: in a room that was empty there is none at the tail itself.
      tail: rows.tail === null ? null : (rangeAround(timeline, rows.tail + 1)?.to ?? rows.tail),
    },
    sync: {
      ...sync,
      highestSeenRev: Math.max(sync.highestSeenRev, page.rev),
      request: null,
      hold: NO_HOLD,
    },
    view: {
      ...view,
      anchor: isArrived ? anchor : view.anchor,
      jump: isArrived && isJump(want) ? { seq: anchor } : view.jump,
      wantedPage: isWanted && (fits || isEmpty) ? null : view.wantedPage,
      error: null,
    },
  }
  return replayed(loaded, request.received)
}
