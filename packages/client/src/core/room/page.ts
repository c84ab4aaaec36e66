import { longerHold, NO_HOLD } from '../hold'
import { addRange, dropRange, rangeAround } from '../timeline'
import { anchorAfter } from './anchor'
import { heardAhead } from './changes'
import { confirmAll, replayed, viewed } from './replay'
import { amended, type PageWant, type RoomCore } from './room-core'
import type { RoomEvent } from './room-event'

/**
 * A page is wanted, in place of any other: the latest request wins. Next to what is shown, the view stays at that edge
 * from now on, so that the rows there are kept until the page joins them.
 */
export function onPageWanted(core: RoomCore, want: PageWant): RoomCore {
  return amended(core, { want, error: null, anchor: want.kind === 'around' ? core.anchor : want.seq })
}

export function onPageAsked(core: RoomCore): RoomCore {
  if (core.want === null) return core
  const no = core.requests + 1
  const { want, cursor } = core
  const span = { from: want.seq, to: want.seq }
  return amended(core, {
    requests: no,
    request: { no, kind: 'page', step: 'asked', cursor, span, replace: false, want, heard: heardAhead(core) },
  })
}

/** A page older than the cursor at the request would undo what is known (I5): thrown away, and asked for again. */
export function onPageAnswered(
  core: RoomCore,
  event: Extract<RoomEvent, { type: 'page-answered' }>,
): RoomCore {
  const { request } = core
  if (request?.kind !== 'page' || request.no !== event.no || !request.want) return core
  const { page } = event
  if (page.rev < request.cursor)
    return amended(core, { request: null, requestHold: longerHold(core.requestHold, null, event) })
  let next = confirmAll(core, page.messages)
  let { timeline } = next
  const empty = page.toSeq < page.fromSeq
  // What stands past the tail with messages missing before it has no place yet (I7): the sync that is due brings it.
  const fits = !empty && (core.tail === null || page.fromSeq <= core.tail + 1)
  if (fits) timeline = addRange(timeline, { from: page.fromSeq, to: page.toSeq }, viewed(next, page.messages))
  if (page.floorSeq > 1) timeline = dropRange(timeline, { from: 1, to: page.floorSeq - 1 })
  // Nothing before it: whatever the reason, there is no more to be asked for on that side.
  const floorSeq =
    empty && request.want.kind === 'older' ? Math.max(page.floorSeq, request.want.seq) : page.floorSeq
  // Another place is wanted since: the rows are taken, and the view stays.
  const wanted = next.want === request.want
  next = amended(next, {
    timeline,
    floorSeq,
    lastSeq: Math.max(next.lastSeq, page.lastSeq),
    known: Math.max(next.known, page.rev),
    // The one after it: in a room that was empty there is none at the tail itself.
    tail: next.tail === null ? null : (rangeAround(timeline, next.tail + 1)?.to ?? next.tail),
    anchor: fits && wanted ? anchorAfter(next, request.want, page.fromSeq, page.toSeq) : next.anchor,
    want: wanted && (fits || empty) ? null : next.want,
    request: null,
    requestHold: NO_HOLD,
    error: null,
  })
  return replayed(next, request.heard)
}
