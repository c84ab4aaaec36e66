import type { Call } from './calls'
import type { FinalRoom, HistoryEvent, SeenMessage } from './event'
import type { Finding } from './finding'

/** Lost edit, resurrected delete: an acked change of a message lasts for ever (I12). */
export function checkChanges(
  history: readonly HistoryEvent[],
  calls: readonly Call[],
  room: FinalRoom,
): Finding[] {
  const own = calls.filter((call) => call.roomId === room.roomId)
  return [...lostEdits(own, room), ...resurrected(history, own, room)]
}

function lostEdits(own: readonly Call[], room: FinalRoom): Finding[] {
  const rows = new Map(room.messages.map((row) => [row.id, row]))
  const edits = own.flatMap((call) => (call.op.kind === 'edit' ? [{ ...call, op: call.op }] : []))
  return edits
    .filter((edit) => edit.outcome === 'ok')
    .flatMap((edit): Finding[] => {
      const row = rows.get(edit.op.messageId)
      if (row === undefined || row.deleted || row.content === edit.op.content) return []
      // Any edit that did not end before this one began may have come after it.
      const allowed = edits.filter(
        (other) =>
          other.op.messageId === edit.op.messageId &&
          other.outcome !== 'failed' &&
          other.doneAt > edit.invokedAt,
      )
      if (allowed.some((other) => other.op.content === row.content)) return []
      const text = `${edit.who.device}'s edit of seq ${row.seq} was acked, and no edit since explains what is there`
      return [{ kind: 'lost edit', roomId: room.roomId, text }]
    })
}

/** After an acked delete no device that received the tombstone, nor the server at the end, may show content again. */
function resurrected(history: readonly HistoryEvent[], own: readonly Call[], room: FinalRoom): Finding[] {
  const { roomId } = room
  const deleted = new Set(
    own.flatMap((call) => (call.op.kind === 'delete' && call.outcome === 'ok' ? [call.op.messageId] : [])),
  )
  const found = room.messages
    .filter((row) => isAlive(row) && deleted.has(row.id))
    .map(
      (row): Finding => ({
        kind: 'resurrected delete',
        roomId,
        text: `seq ${row.seq} is on the server again`,
      }),
    )
  const tombstones = new Set<string>()
  for (const event of history) {
    if (event.roomId !== roomId) continue
    const shown = event.phase === 'view' ? event.messages : event.phase === 'delivered' ? [event.message] : []
    for (const row of shown) {
      const key = `${event.who.device} ${row.id}`
      if (!isAlive(row)) tombstones.add(key)
      // A late delivery of an old change is harmless if no device shows it.
      else if (event.phase === 'view' && tombstones.has(key)) {
        found.push({
          kind: 'resurrected delete',
          roomId,
          text: `${event.who.device} shows seq ${row.seq} again`,
        })
      }
    }
  }
  return found
}

const isAlive = (row: SeenMessage): boolean => !row.deleted || row.content !== ''
