import type { Change, Message } from '@roomful/protocol'
import { isSameState, type Protocol1Row } from './protocol-1-rows'

/** Rows remembered to distinguish a change from a repetition. One that was forgotten counts as changed, which is always right. */
const REMEMBERED = 5_000

/**
 * Assigns the numbers that the client's room needs to one room of a server that counts no changes. Each seq takes one
 * rev when it is first received, so that a missed message leaves a rev missing; each edit and delete takes the next.
 */
export class Protocol1Room {
  rev = 0
  lastSeq = 0
  /** The server's unread count, and what was added since. */
  unread = 0
  lastReadSeq: number | null = null
  /** The held rows were read on this connection, so that no edit or delete of an earlier time is missing. */
  isFresh = false
  /** Raised with every event: what was read before it must not undo it. */
  events = 0
  readonly rows = new Map<number, Message>()
  /** Revs that belong to seqs which were not seen yet. */
  readonly missing = new Map<number, number>()
  private hasForgotten = false
  private readonly changedAt = new Map<number, number>()
  private readonly seqs = new Map<string, number>()

  constructor(readonly id: string) {}

  /** A live message. Null: it was known already. */
  add(row: Protocol1Row): Change | null {
    if (this.rows.has(row.seq)) return null
    const reserved = this.missing.get(row.seq)
    if (reserved === undefined && row.seq <= this.lastSeq) return null
    this.missing.delete(row.seq)
    if (reserved !== undefined) return this.keep({ ...row, rev: reserved })
    this.unread++
    // The first event of a room carries no information about those before it.
    const first = this.lastSeq === 0 ? row.seq : this.lastSeq + 1
    for (let seq = first; seq < row.seq; seq++) this.missing.set(seq, this.rev + 1 + seq - first)
    this.rev = Math.max(this.rev + 1 + row.seq - first, row.seq)
    this.lastSeq = row.seq
    return this.keep({ ...row, rev: this.rev })
  }

  edit(id: string, content: string, editedAt: string): Change | null {
    const row = this.byId(id)
    if (row === undefined || row.deleted || row.content === content) return null
    return this.keep({ ...row, content, editedAt, rev: ++this.rev })
  }

  remove(id: string): Change | null {
    const row = this.byId(id)
    return row === undefined || row.deleted ? null : this.keep(tombstone(row, ++this.rev))
  }

  byId(id: string): Message | undefined {
    return this.rows.get(this.seqs.get(id) ?? 0)
  }

  private keep(message: Message): Change {
    this.events++
    this.remember(message)
    this.changedAt.set(message.seq, this.events)
    return { kind: 'message', rev: message.rev, message }
  }

  private remember(message: Message): Message {
    this.rows.set(message.seq, message)
    this.seqs.set(message.id, message.seq)
    for (const [seq, old] of this.rows) {
      if (this.rows.size <= REMEMBERED) break
      this.hasForgotten = true
      this.rows.delete(seq)
      this.seqs.delete(old.id)
      this.changedAt.delete(seq)
    }
    return message
  }

  /** The last seq of which a reading up to `served`, begun when `known` was the last, can speak. */
  lastSeqOf(served: number, known: number): number {
    let to = Math.max(served, known)
    while (this.rows.has(to + 1)) to++
    return to
  }

  /**
   * Rows of `from..to` as the server's history has them, asked for when `since` events had come: the client's rows, those
   * that changed since they were last seen under a new rev. A known row that is not served any more is deleted.
   */
  read(served: readonly Protocol1Row[], from: number, to: number, since: number): Message[] {
    if (to > this.lastSeq) {
      this.rev = Math.max(this.rev + to - this.lastSeq, to)
      this.lastSeq = to
    }
    const bySeq = new Map(served.map((row) => [row.seq, row]))
    const rows: Message[] = []
    for (let seq = from; seq <= to; seq++) {
      const now = this.readOne(seq, bySeq.get(seq), since)
      if (now) rows.push(now)
    }
    return rows
  }

  private readOne(seq: number, served: Protocol1Row | undefined, since: number): Message | undefined {
    const held = this.rows.get(seq)
    // An event that came after the question knows better than its answer.
    if (held && (this.changedAt.get(seq) ?? 0) > since) return held
    const reserved = this.missing.get(seq)
    this.missing.delete(seq)
    if (served === undefined) {
      if (held === undefined || held.deleted) return held
      return this.remember(tombstone(held, ++this.rev))
    }
    if (held && isSameState(held, served)) return held
    const clientId = served.clientId ?? held?.clientId
    // A row that is seen for the first time takes its seq for a rev: below every change to come.
    const rev = reserved ?? (held || this.hasForgotten ? ++this.rev : seq)
    return this.remember({ ...served, ...(clientId ? { clientId } : {}), rev })
  }

  /** Older ones are not loaded, so nothing is missing there. */
  forgetMissing(before: number): void {
    for (const seq of this.missing.keys()) if (seq < before) this.missing.delete(seq)
  }

  /** The last rev up to which nothing is missing. */
  soundRev(): number {
    return Math.min(this.rev, ...[...this.missing.values()].map((rev) => rev - 1))
  }
}

const tombstone = ({ metadata: _, ...row }: Message, rev: number): Message => ({
  ...row,
  rev,
  content: '',
  deleted: true,
  reactions: [],
})
