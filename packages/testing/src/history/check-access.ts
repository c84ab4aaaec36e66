import type { Call } from './calls'
import type { FinalRoom, HistoryEvent } from './event'
import type { Finding } from './finding'

/**
 * Leak after removal (I14): after a removal was acked, that user receives no message whose send began later. A message
 * in flight at that moment may still arrive: it was sent to a member.
 */
export function checkAccess(
  history: readonly HistoryEvent[],
  calls: readonly Call[],
  room: FinalRoom,
): Finding[] {
  const own = calls.filter((call) => call.roomId === room.roomId)
  const begun = new Map(
    own.flatMap((call) => (call.op.kind === 'send' ? [[call.op.clientId, call.invokedAt] as const] : [])),
  )
  const found: Finding[] = []
  for (const removal of own) {
    if (removal.op.kind !== 'remove' || removal.outcome !== 'ok') continue
    const { userId } = removal.op
    const backAt = Math.min(
      Infinity,
      ...own
        .filter(
          (call) => call.op.kind === 'add' && call.op.userId === userId && call.invokedAt > removal.doneAt,
        )
        .map((call) => call.invokedAt),
    )
    history.forEach((event, at) => {
      if (event.roomId !== room.roomId || event.who.user !== userId) return
      if (at <= removal.doneAt || at >= backAt) return
      const rows =
        event.phase === 'view'
          ? event.messages
          : event.phase === 'delivered' || event.phase === 'streamed'
            ? [event.message]
            : []
      for (const row of rows) {
        if ((begun.get(row.clientId ?? '') ?? 0) <= removal.doneAt) continue
        const text = `${event.who.device} got seq ${row.seq}, sent after ${userId} was removed`
        found.push({ kind: 'leak after removal', roomId: room.roomId, text })
      }
    })
  }
  return found
}
