import type { FinalRoom, SeenMessage } from './event'
import type { Finding } from './finding'

/** Doubled and gap in what the server holds at the end (I1, I4, I8). */
export function checkRows(room: FinalRoom): Finding[] {
  const { roomId, lastSeq } = room
  const have = new Set(room.messages.map((row) => row.seq))
  const missing: number[] = []
  for (let seq = 1; seq <= lastSeq; seq++) if (!have.has(seq)) missing.push(seq)
  const beyond = room.messages.filter((row) => row.seq < 1 || row.seq > lastSeq)
  return [
    ...doubles(room.messages).map((text): Finding => ({ kind: 'doubled', roomId, text })),
    ...missing.map(
      (seq): Finding => ({ kind: 'gap', roomId, text: `no message has seq ${seq} of ${lastSeq}` }),
    ),
    ...beyond.map(
      (row): Finding => ({ kind: 'gap', roomId, text: `seq ${row.seq} is not in 1..${lastSeq}` }),
    ),
  ]
}

/** What one list has twice: an id, a place, or one sender's clientId. */
export function doubles(rows: readonly SeenMessage[]): string[] {
  const seen = new Set<string>()
  const found: string[] = []
  for (const row of rows) {
    const names = [`id ${row.id}`, `seq ${row.seq}`]
    if (row.clientId !== undefined) names.push(`clientId ${row.clientId} of ${row.senderId}`)
    for (const name of names) {
      if (seen.has(name)) found.push(`${name} is there twice (seq ${row.seq})`)
      seen.add(name)
    }
  }
  return found
}
