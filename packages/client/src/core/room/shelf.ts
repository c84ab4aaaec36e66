import type { Message } from '@roomful/protocol'
import { addRange, chunkOf, lastRange, type Range, rangeHolding } from '../timeline'
import { anchorAfter } from './anchor'
import { heardAhead } from './changes'
import { discardEvicted, spanOf } from './evicted-ranges'
import { confirmAll, replayed } from './replay'
import { amended, type PageWant, type RoomCore } from './room-core'
import type { RoomEvent } from './room-event'

/** The chunks that are to be read from the store now: the newest to begin with, then where a page is wanted. */
export function shelfIndexes(core: RoomCore): readonly number[] {
  const { shelved, tail, want } = core
  if (core.foreign) return []
  const newest = tail === null ? shelved.at(-1) : undefined
  if (newest) {
    const last = chunkOf(newest.to)
    return chunkOf(newest.from) < last ? [last - 1, last] : [last]
  }
  const seq = want === null ? 0 : placeOf(want)
  return rangeHolding(shelved, seq) ? [chunkOf(seq)] : []
}

/** The row that is wanted first. */
function placeOf({ kind, seq }: PageWant): number {
  return kind === 'older' ? seq - 1 : kind === 'newer' ? seq + 1 : seq
}

export function onShelfAsked(core: RoomCore): RoomCore {
  const no = core.requests + 1
  const { want, cursor } = core
  const span = { from: 0, to: 0 }
  return amended(core, {
    requests: no,
    request: {
      no,
      kind: 'shelf',
      step: 'asked',
      cursor,
      span,
      replace: false,
      want,
      heard: heardAhead(core),
    },
  })
}

/** Another tab may have written a chunk anew, with a hole: then it is not what its range says (I7). */
const isWhole = ({ from, to }: Range, rows: readonly Message[]): boolean =>
  rows.filter(({ seq }) => seq >= from && seq <= to).length === to - from + 1

/** Chunks from the store: as of the cursor, like all that is on the shelf. One that is missing there is not held. */
export function onShelfRead(core: RoomCore, event: Extract<RoomEvent, { type: 'shelf-read' }>): RoomCore {
  const { request } = core
  if (request?.kind !== 'shelf' || request.no !== event.no) return core
  let { timeline } = core
  // Another tab may have kept a row before this outbox heard that it is confirmed (I8).
  let next = confirmAll(
    core,
    event.chunks.flatMap((chunk) => chunk.messages),
  )
  let read: Range | undefined
  for (const index of event.asked) {
    const span = spanOf(index)
    const rows = event.chunks.find((chunk) => chunk.index === index)?.messages
    for (const range of core.shelved) {
      const part = { from: Math.max(range.from, span.from), to: Math.min(range.to, span.to) }
      if (rows === undefined || part.from > part.to || !isWhole(part, rows)) continue
      timeline = addRange(timeline, part, rows)
      read = {
        from: Math.min(read?.from ?? part.from, part.from),
        to: Math.max(read?.to ?? part.to, part.to),
      }
    }
    next = discardEvicted(next, span)
  }
  next = amended(next, { timeline, tail: core.tail ?? lastRange(timeline)?.to ?? null, request: null })
  const { want } = request
  // The newest are read before any other place, which is still wanted then.
  if (want && core.want === want && read && rangeHolding([read], placeOf(want)))
    next = amended(next, { want: null, error: null, anchor: anchorAfter(next, want, read.from, read.to) })
  return replayed(next, request.heard)
}
