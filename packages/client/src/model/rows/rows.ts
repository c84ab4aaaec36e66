import type { Message, Pin } from '@roomful/protocol'
import { emptyTimeline, type Range, type Timeline } from './timeline'

/** What the server confirmed of the messages. */
export type Rows = {
  readonly timeline: Timeline
  /** Ranges that the local store holds and memory does not, as of the cursor. A chunk is in one of the two, never both. */
  readonly evicted: readonly Range[]
  /** Up to this seq the newest range is complete; null: the newest messages are not held. */
  readonly tail: number | null
  /** Own rows that are confirmed past the tail: shown as sent until the tail reaches them. */
  readonly pastTail: readonly Message[]
  readonly lastSeq: number
  readonly floorSeq: number
  /** As of the cursor, the newest first. Known where the members are: a local store keeps none of either. */
  readonly pins: readonly Pin[]
  /** The rows are of another epoch: shown until the sync replaces them, compared with nothing. */
  readonly fromOldEpoch: boolean
}

/** With a changed timeline (see `withSlices` for why it is written out). */
export const withTimeline = (rows: Rows, timeline: Timeline, tail: number | null, lastSeq: number): Rows => ({
  timeline,
  evicted: rows.evicted,
  tail,
  pastTail: rows.pastTail,
  lastSeq,
  floorSeq: rows.floorSeq,
  pins: rows.pins,
  fromOldEpoch: rows.fromOldEpoch,
})

/** With other pins; the same rows while they are the same. */
export const withPins = (rows: Rows, pins: readonly Pin[]): Rows =>
  pins === rows.pins ? rows : { ...rows, pins }

/** Own rows past the tail that are kept: of a room that is not open the newest are enough (I15). */
export const PAST_TAIL_MAX = 200

export const newRows = (): Rows => ({
  timeline: emptyTimeline,
  evicted: [],
  tail: null,
  pastTail: [],
  lastSeq: 0,
  floorSeq: 1,
  pins: [],
  fromOldEpoch: false,
})

/** With an own row that is confirmed: kept apart where the tail has not reached it. */
export function withConfirmed(rows: Rows, row: Message): Rows {
  if (rows.tail !== null && row.seq <= rows.tail) return rows
  const isLast = (rows.pastTail.at(-1)?.seq ?? 0) < row.seq
  const pastTail = isLast ? [...rows.pastTail, row] : [...rows.pastTail, row].sort((a, b) => a.seq - b.seq)
  return { ...rows, pastTail: pastTail.slice(-PAST_TAIL_MAX) }
}

/** A newer state of an own row past the tail. */
export function renewPastTail(rows: Rows, row: Message): Rows {
  if (!rows.pastTail.some((held) => held.id === row.id && held.rev < row.rev)) return rows
  return { ...rows, pastTail: rows.pastTail.map((held) => (held.id === row.id ? row : held)) }
}

/** Own rows that the tail has reached are in the timeline. */
export function placed(rows: Rows): Rows {
  const { tail, pastTail } = rows
  if (tail === null || !pastTail.some((row) => row.seq <= tail)) return rows
  return { ...rows, pastTail: pastTail.filter((row) => row.seq > tail) }
}
