import type { Message } from '@roomful/protocol'
import { discardEvicted, spanOf } from '../rows/evicted-ranges'
import { addRange, chunkOf, lastRange, type Range, rangeHolding } from '../rows/timeline'
import { anchorAfter } from '../sync/anchor'
import { confirmAll, replayed } from '../sync/replay'
import { begun, requested } from '../sync/sync-state'
import type { PageWant } from '../view/view-place'
import type { RoomEvent } from './room-event'
import type { RoomModel } from './room-model'

/** The evicted chunks to read from the store now: the newest to begin with, then where a page is wanted. */
export function chunksToReload({ rows, view }: RoomModel): readonly number[] {
  const { evicted, tail, fromOldEpoch } = rows
  const { wantedPage } = view
  if (fromOldEpoch) return []
  const newest = tail === null ? evicted.at(-1) : undefined
  if (newest) {
    const last = chunkOf(newest.to)
    return chunkOf(newest.from) < last ? [last - 1, last] : [last]
  }
  const seq = wantedPage === null ? 0 : placeOf(wantedPage)
  return rangeHolding(evicted, seq) ? [chunkOf(seq)] : []
}

/** The row that is wanted first. */
function placeOf(want: PageWant): number {
  // No seq is 0: only the server knows the place.
  if (want.kind === 'find') return 0
  const { kind, seq } = want
  return kind === 'older' ? seq - 1 : kind === 'newer' ? seq + 1 : seq
}

export function onReloadAsked(model: RoomModel): RoomModel {
  const { sync, view } = model
  return { ...model, sync: requested(sync, { ...begun(sync), kind: 'reload', want: view.wantedPage }) }
}

/** Another tab may have rewritten a chunk with a hole: then its rows do not match its range (I7). */
const isWhole = ({ from, to }: Range, rows: readonly Message[]): boolean =>
  rows.filter(({ seq }) => seq >= from && seq <= to).length === to - from + 1

/** Chunks from the store: as of the cursor, like all evicted rows. A chunk missing there is not held. */
export function onReloaded(model: RoomModel, event: Extract<RoomEvent, { type: 'reloaded' }>): RoomModel {
  const { request } = model.sync
  if (request?.kind !== 'reload' || request.no !== event.no) return model
  const { evicted } = model.rows
  let { timeline } = model.rows
  // Another tab may have kept a row before this outbox received that it is confirmed (I8).
  const confirmed = confirmAll(
    model,
    event.chunks.flatMap((chunk) => chunk.messages),
  )
  let { rows } = confirmed
  let read: Range | undefined
  for (const index of event.asked) {
    const span = spanOf(index)
    const messages = event.chunks.find((chunk) => chunk.index === index)?.messages
    for (const range of evicted) {
      const part = { from: Math.max(range.from, span.from), to: Math.min(range.to, span.to) }
      if (messages === undefined || part.from > part.to || !isWhole(part, messages)) continue
      timeline = addRange(timeline, part, messages)
      read = {
        from: Math.min(read?.from ?? part.from, part.from),
        to: Math.max(read?.to ?? part.to, part.to),
      }
    }
    rows = discardEvicted(rows, span)
  }
  rows = { ...rows, timeline, tail: rows.tail ?? lastRange(timeline)?.to ?? null }
  const { want } = request
  const { view } = confirmed
  // The newest are read before any other place, which is still wanted then.
  const isRead = want !== null && view.wantedPage === want && read && rangeHolding([read], placeOf(want))
  const next = {
    ...confirmed,
    rows,
    sync: { ...confirmed.sync, request: null },
    view:
      isRead && read
        ? {
            ...view,
            wantedPage: null,
            error: null,
            anchor: anchorAfter(view.anchor, rows, want, read),
            jump: want.kind === 'around' ? { seq: want.seq } : view.jump,
          }
        : view,
  }
  return replayed(next, request.received)
}
