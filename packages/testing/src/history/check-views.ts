import { type Call, sendsOf } from './calls'
import { doubles } from './check-rows'
import type { FinalRoom, HistoryEvent, SeenMessage } from './event'
import type { Finding } from './finding'

/** Doubled, gap, reordered, stale read, lost: in what devices showed on the way, and show at the end (I3, I5–I8). */
export function checkViews(
  history: readonly HistoryEvent[],
  calls: readonly Call[],
  room: FinalRoom,
): Finding[] {
  const { roomId } = room
  const found: Finding[] = []
  const add = (kind: Finding['kind'], text: string): void => void found.push({ kind, roomId, text })
  const acked = sendsOf(calls)
    .filter((call) => call.roomId === roomId && call.outcome === 'ok' && call.message)
    .map((call) => ({ doneAt: call.doneAt, seq: call.message?.seq ?? 0 }))
  const newest = new Map<string, number>()
  const streamed = new Map<string, number>()
  const places = new Map(room.messages.map((row) => [row.id, row.seq]))

  for (const event of history) {
    if (event.roomId !== roomId) continue
    const name = event.who.device
    if (event.phase === 'streamed') {
      const { seq } = event.message
      const before = streamed.get(name)
      if (before !== undefined && seq <= before)
        add('doubled', `${name} was handed seq ${seq} after ${before}`)
      else if (before !== undefined && seq > before + 1)
        add('gap', `${name} was handed ${seq} after ${before}`)
      streamed.set(name, Math.max(before ?? 0, seq))
    }
    if (event.phase !== 'view') continue
    for (const text of [...shapeOf(event.messages)]) add(text.kind, `${name}: ${text.text}`)
    for (const row of event.messages) {
      const key = `${name} ${row.id}`
      const before = newest.get(key) ?? 0
      if (row.rev < before)
        add('stale read', `${name} went back from rev ${before} to ${row.rev} at seq ${row.seq}`)
      newest.set(key, Math.max(before, row.rev))
      const place = places.get(row.id)
      if (place === undefined) add('phantom', `${name} shows ${row.id}, which the server has not`)
      else if (place !== row.seq)
        add('reordered', `${name} shows ${row.id} at ${row.seq} instead of ${place}`)
    }
    for (const seq of missingIn(event, room)) add('gap', `${name} says it has ${seq}, and does not show it`)
    const { asked } = event
    if (asked !== undefined && event.complete) {
      const missed = acked.filter((send) => send.doneAt < asked && send.seq > event.toSeq)
      for (const send of missed)
        add('stale read', `${name} asked after seq ${send.seq} was acked, got ${event.toSeq}`)
    }
  }
  return [...found, ...room.views.flatMap((view) => finalFindings(view, room))]
}

function shapeOf(rows: readonly SeenMessage[]): Pick<Finding, 'kind' | 'text'>[] {
  const unordered = rows.filter((row, i) => i > 0 && row.seq < (rows[i - 1]?.seq ?? 0))
  return [
    ...doubles(rows).map((text) => ({ kind: 'doubled' as const, text })),
    ...unordered.map((row) => ({
      kind: 'reordered' as const,
      text: `seq ${row.seq} stands after a later one`,
    })),
  ]
}

/** Seqs that a view claims to have whole, that are alive on the server at the end, and that it does not show. */
function missingIn(
  view: { messages: readonly SeenMessage[]; fromSeq: number; toSeq: number },
  room: FinalRoom,
) {
  const shown = new Set(view.messages.map((row) => row.seq))
  return room.messages
    .filter((row) => !row.deleted && row.seq >= view.fromSeq && row.seq <= view.toSeq && !shown.has(row.seq))
    .map((row) => row.seq)
}

/** A device at the end of a quiet run equals the server, in everything it claims to have (I11). */
function finalFindings(view: FinalRoom['views'][number], room: FinalRoom): Finding[] {
  const { roomId } = room
  const name = view.who.device
  const found: Finding[] = shapeOf(view.messages).map(({ kind, text }) => ({
    kind,
    roomId,
    text: `${name}: ${text}`,
  }))
  for (const seq of missingIn(view, room))
    found.push({ kind: 'lost', roomId, text: `${name} lacks seq ${seq}` })
  if (view.complete && view.toSeq < room.lastSeq) {
    const text = `${name} ends at ${view.toSeq}, the server at ${room.lastSeq}`
    found.push({ kind: 'stale read', roomId, text })
  }
  const rows = new Map(room.messages.map((row) => [row.id, row]))
  for (const shown of view.messages) {
    const row = rows.get(shown.id)
    if (row === undefined) found.push({ kind: 'phantom', roomId, text: `${name} shows ${shown.id}` })
    else if (row.rev !== shown.rev || row.content !== shown.content || row.deleted !== shown.deleted) {
      const text = `${name} shows seq ${row.seq} as of rev ${shown.rev}, the server has ${row.rev}`
      found.push({ kind: 'stale read', roomId, text })
    }
  }
  return found
}
