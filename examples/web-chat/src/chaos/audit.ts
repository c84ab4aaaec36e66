/** A message as the server has it, or as a side shows it. `seq` 0: it is not confirmed. */
export type AuditedRow = {
  readonly seq: number
  readonly id: string
  readonly clientId?: string
  readonly senderId: string
  readonly content: string
  readonly editedAt: string | null
  readonly deleted: boolean
}

/** What a side was asked to send. `isKept`: it was on the disk, or confirmed, before its client ended. */
export type SendRecord = { readonly clientId: string; readonly isAcked: boolean; readonly isKept: boolean }

export type Faults = { readonly lost: number; readonly doubled: number; readonly outOfOrder: number }

/**
 * What went wrong with one side's sends at the server. `sends`: in the order in which the user made them. `isEnd`: nothing
 * waits any more, so that what was promised and is not there never comes.
 */
export function auditSends(
  sends: readonly SendRecord[],
  server: readonly AuditedRow[],
  userId: string,
  isEnd: boolean,
): Faults {
  const places = new Map<string, number[]>()
  for (const row of server) {
    if (row.senderId !== userId || row.clientId === undefined) continue
    places.set(row.clientId, [...(places.get(row.clientId) ?? []), row.seq])
  }
  let [lost, doubled, outOfOrder, last] = [0, 0, 0, 0]
  for (const { clientId, isAcked, isKept } of sends) {
    const found = places.get(clientId) ?? []
    if (found.length === 0 && (isAcked || (isEnd && isKept))) lost++
    if (found.length > 1) doubled += found.length - 1
    const [at = last] = found
    if (at < last) outOfOrder++
    last = Math.max(last, at)
  }
  return { lost, doubled, outOfOrder }
}

/** What a side shows that it should not: a message twice, or one above an older one. */
export function auditShown(shown: readonly AuditedRow[]): Omit<Faults, 'lost'> {
  const ids = new Set<string>()
  let [doubled, outOfOrder, last] = [0, 0, 0]
  for (const { seq, id, clientId, senderId } of shown) {
    const own = clientId === undefined ? null : `${senderId} ${clientId}`
    if (ids.has(id) || (own !== null && ids.has(own))) doubled++
    ids.add(id)
    if (own !== null) ids.add(own)
    if (seq === 0) continue
    if (seq <= last) outOfOrder++
    last = Math.max(last, seq)
  }
  return { doubled, outOfOrder }
}

/** The same for the same rows: eight hexadecimal digits, of 53 bits. What is deleted has no text. */
export function hashOf(rows: readonly AuditedRow[]): string {
  let [high, low] = [0xdeadbeef, 0x41c6ce57]
  for (const { seq, id, content, editedAt, deleted } of rows)
    for (const char of `${seq} ${id} ${editedAt ?? ''} ${deleted ? '' : content}\n`) {
      const code = char.codePointAt(0) ?? 0
      high = Math.imul(high ^ code, 2654435761)
      low = Math.imul(low ^ code, 1597334677)
    }
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(16).padStart(14, '0').slice(0, 8)
}
