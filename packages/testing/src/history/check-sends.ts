import { type SendCall, sendKey } from './calls'
import type { FinalRoom, SeenMessage } from './event'
import type { Finding } from './finding'

/** Lost, phantom, reordered, stuck, unknown send: what became of each send (I4, I8, I9, I10). */
export function checkSends(sends: readonly SendCall[], room: FinalRoom): Finding[] {
  const bySend = new Map<string, SeenMessage>()
  for (const row of room.messages) {
    if (row.clientId !== undefined) bySend.set(sendKey(room.roomId, row.senderId, row.clientId), row)
  }
  const outbox = new Set(room.outbox)
  const own = sends.filter((send) => send.roomId === room.roomId)
  return [
    ...own.flatMap((send) => outcomeFindings(send, own, bySend, outbox)),
    ...phantoms(own, room),
    ...reordered(own, bySend),
    ...room.outbox.map((clientId): Finding => finding(room, 'stuck', `${clientId} is still unsent`)),
  ]

  function outcomeFindings(
    send: SendCall,
    all: readonly SendCall[],
    rows: ReadonlyMap<string, SeenMessage>,
    unsent: ReadonlySet<string>,
  ): Finding[] {
    const name = `${send.who.device}'s ${send.op.clientId}`
    const row = rows.get(sendKey(room.roomId, send.who.user, send.op.clientId))
    switch (send.outcome) {
      case 'ok':
        if (row === undefined) return [finding(room, 'lost', `${name} was acked and is not there`)]
        return send.message !== undefined && send.message.seq !== row.seq
          ? [finding(room, 'reordered', `${name} was acked as ${send.message.seq} and is at ${row.seq}`)]
          : []
      case 'failed': {
        // The same clientId may be sent twice, and refused only once.
        const taken = all.some(
          (other) => other !== send && sameKey(other, send) && other.outcome !== 'failed',
        )
        return row && !taken ? [finding(room, 'phantom', `${name} was refused and is there`)] : []
      }
      case 'unknown':
        return row === undefined && !unsent.has(send.op.clientId)
          ? [finding(room, 'unknown send', `${name} is neither there nor in an outbox`)]
          : []
      case 'open':
        return unsent.has(send.op.clientId) ? [] : [finding(room, 'stuck', `${name} never got an outcome`)]
    }
  }
}

const sameKey = (a: SendCall, b: SendCall): boolean =>
  a.who.user === b.who.user && a.op.clientId === b.op.clientId

const finding = (room: FinalRoom, kind: Finding['kind'], text: string): Finding => ({
  kind,
  roomId: room.roomId,
  text,
})

function phantoms(own: readonly SendCall[], room: FinalRoom): Finding[] {
  const sent = new Set(own.map((send) => sendKey(room.roomId, send.who.user, send.op.clientId)))
  return room.messages
    .filter((row) => row.type !== 'system')
    .filter((row) => !row.clientId || !sent.has(sendKey(room.roomId, row.senderId, row.clientId)))
    .map((row) => finding(room, 'phantom', `nobody sent seq ${row.seq} (${row.clientId ?? 'no clientId'})`))
}

/** One device's sends have seqs in the order of sending (I9). A retry counts from its first send. */
function reordered(own: readonly SendCall[], rows: ReadonlyMap<string, SeenMessage>): Finding[] {
  const last = new Map<string, { seq: number; clientId: string }>()
  const seen = new Set<string>()
  return own.flatMap((send): Finding[] => {
    const key = sendKey(send.roomId, send.who.user, send.op.clientId)
    const row = rows.get(key)
    if (row === undefined || seen.has(key)) return []
    seen.add(key)
    const before = last.get(send.who.device)
    last.set(send.who.device, { seq: row.seq, clientId: send.op.clientId })
    if (before === undefined || before.seq < row.seq) return []
    const text = `${send.who.device} sent ${before.clientId} before ${send.op.clientId}: ${before.seq}, ${row.seq}`
    return [{ kind: 'reordered', roomId: send.roomId, text }]
  })
}
